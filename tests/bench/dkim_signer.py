"""Signs mail with DKIM (RFC 6376, RFC 8463), written from the RFCs alone.

The benchmark's generator uses it. It shares no code and no library with the verifier of waxseal-index, so that each
checks the other.
"""
import base64
import hashlib
import re

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding

# How much of a body is looked at in one step: attachments, which hold no white space, pass unchanged.
STEP = 1 << 16

WSP_RUN = re.compile(rb"[ \t]+")
WSP_BEFORE_END = re.compile(rb" \r\n")
FOLD = re.compile(rb"\r\n(?=[ \t])")


class Key:
    """A private key with the TXT record that publishes its public half."""

    def __init__(self, path, flags=""):
        with open(path, "rb") as file:
            self.private = serialization.load_pem_private_key(file.read(), password=None)
        self.is_ed25519 = isinstance(self.private, ed25519.Ed25519PrivateKey)
        public = self.private.public_key()
        if self.is_ed25519:
            self.kind = "ed25519"
            data = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        else:
            self.kind = "rsa"
            data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.record = f"v=DKIM1; k={self.kind}; {flags}p={base64.b64encode(data).decode()}"

    def sign(self, data, hash_name):
        """Returns the bytes of the signature over `data`."""
        if self.is_ed25519:
            # RFC 8463 section 3: PureEdDSA over the SHA-256 hash.
            return self.private.sign(hashlib.sha256(data).digest())
        algorithm = hashes.SHA1() if hash_name == "sha1" else hashes.SHA256()
        return self.private.sign(data, padding.PKCS1v15(), algorithm)


def lines_in_steps(data):
    """Yields `data` in pieces of about STEP bytes that end with a line."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + STEP)
        end = len(data) if end < 0 else end + 1
        yield data[start:end]
        start = end


def relaxed_header(field):
    """RFC 6376 section 3.4.2. `field` ends with CRLF."""
    name, _, value = field.partition(b":")
    value = WSP_RUN.sub(b" ", FOLD.sub(b"", value[:-2])).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + value + b"\r\n"


def simple_body(body):
    """RFC 6376 section 3.4.3."""
    return strip_empty_lines(body) + b"\r\n"


def strip_empty_lines(body):
    """Returns `body` without the line ends at its end."""
    end = len(body)
    while body[max(end - 2, 0):end] == b"\r\n":
        end -= 2
    return body[:end]


def relaxed_body(body):
    """RFC 6376 section 3.4.4."""
    pieces = []
    for piece in lines_in_steps(body):
        if b" " in piece or b"\t" in piece:
            piece = WSP_BEFORE_END.sub(b"\r\n", WSP_RUN.sub(b" ", piece))
        pieces.append(piece)
    body = strip_empty_lines(b"".join(pieces))
    return body + b"\r\n" if body else b""


def signed_fields(fields, names):
    """Yields the fields that h= names, the last instance of a name first (RFC 6376 section 5.4.2)."""
    left = {}
    for field in fields:
        left.setdefault(field.partition(b":")[0].rstrip(b" \t").lower(), []).append(field)
    for name in names:
        instances = left.get(name.lower().encode())
        if instances:
            yield instances.pop()


def folded_base64(data):
    """Returns base64 in lines that continue a header field."""
    text = base64.b64encode(data).decode()
    return "\r\n\t".join(text[i:i + 70] for i in range(0, len(text), 70))


def sign(fields, body, key, domain, selector, names, *, hash_name="sha256", header_canon="relaxed",
         body_canon="relaxed", length=None, time=None, expires=None, identity=None):
    """Returns the DKIM-Signature field, ending with CRLF, for a message in CRLF form.

    `fields` are the header fields, each ending with CRLF; `names` is the list of h=; `length` is l=.
    """
    data = relaxed_body(body) if body_canon == "relaxed" else simple_body(body)
    if length is not None:
        length = min(length, len(data))
        data = data[:length]
    body_hash = base64.b64encode(hashlib.new(hash_name, data).digest()).decode()
    tags = [f"v=1; a={key.kind}-{hash_name}; c={header_canon}/{body_canon}; d={domain};\r\n\ts={selector};"]
    tags += [f" t={time};"] if time is not None else []
    tags += [f" x={expires};"] if expires is not None else []
    tags += [f" l={length};"] if length is not None else []
    tags += [f" i={identity};"] if identity else []
    tags.append(f"\r\n\th={':'.join(names)};\r\n\tbh={body_hash};\r\n\tb=")
    field = ("DKIM-Signature: " + "".join(tags)).encode()
    canon = relaxed_header if header_canon == "relaxed" else lambda text: text
    data = b"".join(canon(text) for text in signed_fields(fields, names))
    data += canon(field + b"\r\n")[:-2]
    return field + folded_base64(key.sign(data, hash_name)).encode() + b"\r\n"
