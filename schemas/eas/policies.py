"""The policies that a device can be asked to keep (MS-ASPROV 2.2.2.28), with what they are unless
an administrator says otherwise: nothing that a person would notice.

A document is sent whole or not at all: Gmail refuses an account whose policies leave one out.
"""

from __future__ import annotations

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """A policy: element of the page Provision, its default, and for numbers its bounds.

    None stands for an empty element: no limit.
    """

    name: str
    default: bool | int | None
    least: int = 0
    most: int = 1


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
    Policy("MaxCalendarAgeFilter", 0, 0, 7),
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
)
_BY_NAME = {policy.name: policy for policy in POLICIES}


def check_policies(chosen: dict[str, bool | int]) -> dict[str, bool | int]:
    """What an administrator chose. Raises ValueError for a name or a value that is none."""
    for name, value in chosen.items():
        policy = _BY_NAME.get(name)
        if policy is None:
            raise ValueError(f"{name!r} is no policy: write one of {', '.join(_BY_NAME)}")
        if isinstance(policy.default, bool):
            if not isinstance(value, bool):
                raise ValueError(f"{name} is true or false, not {value!r}")
        elif isinstance(value, bool) or not policy.least <= value <= policy.most:
            raise ValueError(f"{name} is a number from {policy.least} to {policy.most}")
    return chosen
