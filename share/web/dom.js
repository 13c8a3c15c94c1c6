// Small helpers for the document. Text only ever goes in as text.

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children: element("td", { class: "up" }, "12.00"). */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function rows(table, list, columns, emptyText) {
  const body = table.tBodies[0];
  if (list.length === 0 && emptyText) {
    body.replaceChildren(element("tr", { class: "empty" }, element("td", { colspan: columns }, emptyText)));
  } else {
    body.replaceChildren(...list);
  }
}

/** Calls at most once a frame, with what came last. */
export function oncePerFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  };
}

/** Calls `after` milliseconds after the last of several calls. */
export function settled(after, act) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(act, after); };
}
