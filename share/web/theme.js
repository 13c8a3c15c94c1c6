// Before anything is drawn: dark or light, as was chosen on this page, or else as the system has it, also when that changes.
"use strict";
(function () {
  const system = matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try {
      return localStorage.getItem("trade-theme");
    } catch {
      return null; // Storage may be switched off: the system's choice stands.
    }
  }
  function apply() {
    const choice = chosen();
    const known = choice === "dark" || choice === "light";
    document.documentElement.dataset.theme = known ? choice : system.matches ? "dark" : "light";
  }
  apply();
  system.addEventListener("change", apply);
})();
