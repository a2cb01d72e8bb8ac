// What the pages do beyond plain HTML. Everything works without it.

/** Whether a key is meant for the field that has the focus, not for the page. */
function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Keys that work on every page: the element that carries data-key gets the focus or the click. */
document.addEventListener("keydown", (event) => {
  const wantsSearch = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (!wantsSearch && (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))) return;
  const key = wantsSearch ? "/" : event.key;
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, select, textarea")) {
    wanted.focus();
    wanted.select?.();
  } else {
    wanted.click();
  }
});

/** A menu that is open closes when one looks elsewhere. */
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(document.body);
});

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details:is(.you, .menu)[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

/** What is put into the dialog is shown; Escape and its own button close it. */
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.matches?.("dialog") && !target.open) target.showModal();
});
