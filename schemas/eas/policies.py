"""The policies that a device can be asked to keep (MS-ASPROV 2.2.2.28), with what they are unless
an administrator says otherwise: nothing that a person would notice.

A document is sent whole or not at all: Gmail refuses an account whose policies leave one out.
"""

from __future__ import annotations

import msgspec

# What an administrator chooses for a policy: texts for the two that are lists.
Choice = bool | int | tuple[str, ...]
_TEXT_CHARS_MAX = 256


class Policy(msgspec.Struct, frozen=True):
    """A policy: element of the page Provision, its default, and for numbers their bounds, or those
    that there are (``among``).

    A default of None stands for an empty element: no limit. ``item``: the policy is a list, of
    elements of that name; one that nobody chose is not sent.
    """

    name: str
    default: bool | int | None
    least: int = 0
    most: int = 1
    among: tuple[int, ...] = ()
    item: str = ""

    def fault(self, value: Choice) -> str:
        """What is wrong with a value that was chosen, empty for nothing."""
        if self.item:
            is_list = isinstance(value, tuple) and all(
                0 < len(each) <= _TEXT_CHARS_MAX and each.isprintable() for each in value
            )
            return "" if is_list else f"is a list of texts of 1 to {_TEXT_CHARS_MAX} characters"
        if isinstance(self.default, bool):
            return "" if isinstance(value, bool) else f"is true or false, not {value!r}"
        number = None if isinstance(value, bool | tuple) else value
        if self.among:
            return "" if number in self.among else f"is one of {', '.join(map(str, self.among))}"
        is_good = number is not None and self.least <= number <= self.most
        return "" if is_good else f"is a number from {self.least} to {self.most}"


POLICIES = (
    Policy("DevicePasswordEnabled", False),
    Policy("AlphanumericDevicePasswordRequired", False),
    Policy("PasswordRecoveryEnabled", False),
    Policy("RequireStorageCardEncryption", False),
    Policy("AttachmentsEnabled", True),
    Policy("MinDevicePasswordLength", 4, 1, 16),
    Policy("MaxInactivityTimeDeviceLock", 9999, 1, 9999),
    Policy("MaxDevicePasswordFailedAttempts", 8, 4, 16),
    Policy("MaxAttachmentSize", None, 0, 2_147_483_647),
    Policy("AllowSimpleDevicePassword", True),
    Policy("DevicePasswordExpiration", 0, 0, 730),
    Policy("DevicePasswordHistory", 0, 0, 50),
    Policy("AllowStorageCard", True),
    Policy("AllowCamera", True),
    Policy("RequireDeviceEncryption", False),
    Policy("AllowUnsignedApplications", True),
    Policy("AllowUnsignedInstallationPackages", True),
    Policy("MinDevicePasswordComplexCharacters", 1, 1, 4),
    Policy("AllowWiFi", True),
    Policy("AllowTextMessaging", True),
    Policy("AllowPOPIMAPEmail", True),
    Policy("AllowBluetooth", 2, 0, 2),
    Policy("AllowIrDA", True),
    Policy("RequireManualSyncWhenRoaming", False),
    Policy("AllowDesktopSync", True),
    Policy("MaxCalendarAgeFilter", 0, among=(0, 4, 5, 6, 7)),
    Policy("AllowHTMLEmail", True),
    Policy("MaxEmailAgeFilter", 0, 0, 5),
    Policy("MaxEmailBodyTruncationSize", -1, -1, 2_147_483_647),
    Policy("MaxEmailHTMLBodyTruncationSize", -1, -1, 2_147_483_647),
    Policy("RequireSignedSMIMEMessages", False),
    Policy("RequireEncryptedSMIMEMessages", False),
    Policy("RequireSignedSMIMEAlgorithm", 0, 0, 1),
    Policy("RequireEncryptionSMIMEAlgorithm", 0, 0, 4),
    Policy("AllowSMIMEEncryptionAlgorithmNegotiation", 2, 0, 2),
    Policy("AllowSMIMESoftCerts", True),
    Policy("AllowBrowser", True),
    Policy("AllowConsumerEmail", True),
    Policy("AllowRemoteDesktop", True),
    Policy("AllowInternetSharing", True),
    Policy("UnapprovedInROMApplicationList", None, item="ApplicationName"),
    Policy("ApprovedApplicationList", None, item="Hash"),
)
_BY_NAME = {policy.name: policy for policy in POLICIES}


def check_policies(chosen: dict[str, Choice]) -> dict[str, Choice]:
    """What an administrator chose. Raises ValueError for a name or a value that is none."""
    for name, value in chosen.items():
        policy = _BY_NAME.get(name)
        if policy is None:
            raise ValueError(f"{name!r} is no policy: write one of {', '.join(_BY_NAME)}")
        if fault := policy.fault(value):
            raise ValueError(f"{name} {fault}")
    return chosen
