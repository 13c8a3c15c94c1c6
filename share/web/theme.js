// Before anything is drawn: dark or light, as was chosen on this page, or else as the system has it.
"use strict";
(function () {
  let chosen = null;
  try {
    chosen = localStorage.getItem("trade-theme");
  } catch {
    // Storage may be switched off: the system's choice stands.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
