"""What a person may meet when signing in or keeping an account.

CultivarError
├── BadRequest
│   ├── WrongOrigin        400 wrong_origin         a page of another site asked for a cookie
│   └── AlreadyExpired     400 already_expired      a key's end lies in the past
├── NotSignedIn
│   ├── WrongCredentials   401 wrong_credentials    e-mail and password do not belong together
│   └── SessionEnded       401 session_ended        the refresh token is spent, expired or ended
├── NotAllowed
│   ├── PasswordNeeded     403 password_needed      this step wants the password again
│   ├── WrongPassword      403 wrong_password       the password that was given again is not right
│   ├── AccountDisabled    403 account_disabled     the right password of an account that an administrator disabled
│   └── ScopeTooWide       403 scope_too_wide       a key may not hold more than its maker
├── NotFound
│   ├── UserUnknown        404 unknown_user         no open account has this id
│   ├── SessionUnknown     404 unknown_session
│   └── KeyUnknown         404 unknown_key
├── Conflict
│   ├── EmailTaken         409 email_taken
│   ├── AlreadyRegistered  409 already_registered   only a guest can be upgraded
│   ├── TooManyKeys        409 too_many_keys
│   ├── OwnAccount         409 own_account          an administrator would lock themselves out
│   ├── LastAdmin          409 last_admin           nobody would be left to govern the others
│   ├── GuestKeepsRole     409 guest_keeps_role     a role needs an e-mail and a password
│   └── ConsentTextChanged 409 consent_text_changed the text agreed to is not the present one
├── Invalid
│   ├── WeakPassword       422 weak_password
│   ├── ScopeUnknown       422 unknown_scope        a key is asked for a scope that there is not
│   └── RefreshTokenMissing 422 refresh_token_missing
└── TooManyRequests
    └── TooManyAttempts    429 too_many_attempts    too many failed sign-ins
"""

from cultivar.kernel.errors import BadRequest, Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooManyRequests


class WrongOrigin(BadRequest):
    code = "wrong_origin"
    title = "Sign-in with a cookie is only for pages of this server"


class AlreadyExpired(BadRequest):
    code = "already_expired"
    title = "A key's end lies in the future"


class WrongCredentials(NotSignedIn):
    code = "wrong_credentials"
    title = "E-mail or password is not right"


class SessionEnded(NotSignedIn):
    code = "session_ended"
    title = "This session has ended, sign in again"


class PasswordNeeded(NotAllowed):
    code = "password_needed"
    title = "Give your password to do this"


class WrongPassword(NotAllowed):
    code = "wrong_password"
    title = "That is not your password"


class AccountDisabled(NotAllowed):
    code = "account_disabled"
    title = "An administrator has disabled this account, ask them"


class ScopeTooWide(NotAllowed):
    code = "scope_too_wide"
    title = "A key cannot hold a scope that you do not have, nor your account itself"


class AccountUnknown(NotFound):
    code = "unknown_account"
    title = "No account has this e-mail"


class UserUnknown(NotFound):
    code = "unknown_user"
    title = "There is no such person"


class SessionUnknown(NotFound):
    code = "unknown_session"
    title = "There is no such session"


class KeyUnknown(NotFound):
    code = "unknown_key"
    title = "There is no such key"


class EmailTaken(Conflict):
    code = "email_taken"
    title = "There is already an account with this e-mail"


class AlreadyRegistered(Conflict):
    code = "already_registered"
    title = "This account has an e-mail and a password already"


class TooManyKeys(Conflict):
    code = "too_many_keys"
    title = "You have as many keys as one account may have, delete one first"


class OwnAccount(Conflict):
    code = "own_account"
    title = "You cannot demote or disable yourself, another administrator can"


class LastAdmin(Conflict):
    code = "last_admin"
    title = "You are the only administrator: make somebody else one before you leave"


class GuestKeepsRole(Conflict):
    code = "guest_keeps_role"
    title = "A guest has no e-mail and password yet, so their role stays"


class ConsentTextChanged(Conflict):
    code = "consent_text_changed"
    title = "The text has changed since you read it, read it again"


class EmailInvalid(Invalid):
    code = "invalid_email"
    title = "This is not an e-mail address"


class WeakPassword(Invalid):
    code = "weak_password"
    title = "This password is too easy to guess"


class ScopeUnknown(Invalid):
    code = "unknown_scope"
    title = "There is no such scope"


class RefreshTokenMissing(Invalid):
    code = "refresh_token_missing"
    title = "Send the refresh token in the body, or ask with its cookie and `cookie=true`"


class TooManyAttempts(TooManyRequests):
    code = "too_many_attempts"
    title = "Too many failed sign-ins, wait a little"
