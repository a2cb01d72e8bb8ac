// Passkeys: the browser is asked, and its answer goes into the form. A form for it is hidden until
// this runs in a browser that knows passkeys, at an address where they work.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (keys) => keys?.map((key) => ({ ...key, id: toBytes(key.id) }));

/** What the server offered, with bytes where the browser wants them. */
function decoded({ publicKey }) {
  const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = withBytes(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = withBytes(publicKey.allowCredentials);
  return { publicKey: options };
}

/** What the browser answered, as text: every part that is bytes, and what it says beside them. */
function encoded(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = toText(credential.response[part]);
  }
  const transports = credential.response.getTransports?.();
  if (transports) response.transports = transports;
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

/** The options stand on the page, or are fetched when they are wanted: each challenge is used once. */
async function optionsOf(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()).request_options;
}

async function ask(form) {
  const options = decoded(await optionsOf(form));
  const credential = await navigator.credentials[form.dataset.passkey](options);
  form.elements.credential.value = encoded(credential);
  form.submit();
}

if (window.PublicKeyCredential && window.isSecureContext) {
  document.getElementById("no-passkeys")?.remove();
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const trouble = form.querySelector("[role='alert']");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trouble.hidden = true;
      ask(form).catch(() => { trouble.hidden = false; });
    });
  }
}
