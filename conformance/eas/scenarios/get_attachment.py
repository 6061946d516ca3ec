"""MS-ASCMD: GetAttachment, the way of 12.1 to a file."""

from __future__ import annotations

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import delete
from conformance.eas.mailing import received
from conformance.eas.runner import REGISTRY, needs
from conformance.scenario import scenario

_S = "MS-ASCMD"
_FILE = b"\x00content\xff" * 20


def _with_file(device: Device) -> tuple[str, str, str]:
    """A message with a file: its folder, its id, the file's reference."""
    needs(device, "12.1", "GetAttachment", last="12.1")
    folder, id, data = received(device, file=("file.bin", _FILE))
    file = data["AirSyncBase:Attachments"].find("AirSyncBase:Attachment")
    check(file is not None, "there is no Attachment")
    return folder, id, file.text("AirSyncBase:FileReference") if file is not None else ""


@scenario(
    _S,
    "S06_TC01",
    requirements=("MS-ASCMD_R157", "MS-ASCMD_R160", "MS-ASCMD_R5501"),
    registry=REGISTRY,
)
def a_file_is_the_body_of_the_answer(device: Device) -> None:
    """Byte for byte, under its own type."""
    _, _, reference = _with_file(device)
    reply = device.post("GetAttachment", parameters={"AttachmentName": reference})
    check(reply.status == 200, f"HTTP {reply.status}")
    check(reply.body == _FILE, f"{len(reply.body)} bytes came, of {len(_FILE)}")
    kind = {name.lower(): value for name, value in reply.headers.items()}.get("content-type", "")
    check(kind.startswith("application/octet-stream"), f"the type is {kind!r}")


@scenario(_S, "S06_TC02", requirements=("MS-ASCMD_R166",), registry=REGISTRY)
def a_file_that_is_gone_is_http_500(device: Device) -> None:
    """Its message was deleted for good."""
    folder, id, reference = _with_file(device)
    device.change(folder, delete(id), moves=False)
    reply = device.post("GetAttachment", parameters={"AttachmentName": reference})
    check(reply.status == 500, f"HTTP {reply.status}")
