"use strict";
/* Sorting and filtering of tables. Without it every table is complete and in its own order. */
(() => {
  const figure = (text) => {
    const value = Number.parseFloat(text.replaceAll(",", ""));
    return Number.isNaN(value) ? null : value;
  };

  const compare = (index, numeric, factor) => (a, b) => {
    const left = a.cells[index].textContent.trim();
    const right = b.cells[index].textContent.trim();
    if (!numeric) return factor * left.localeCompare(right, "en", { numeric: true });
    const x = figure(left);
    const y = figure(right);
    if (x === null || y === null) return (x === null) - (y === null); // what has no figure stays last
    return factor * (x - y);
  };

  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, index) => {
      // A span, not a button: browsers leave buttons out where a header repeats on the next page.
      const button = document.createElement("span");
      button.role = "button";
      button.tabIndex = 0;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("n");
        const was = head.getAttribute("aria-sort");
        const first = numeric ? "descending" : "ascending";
        const other = numeric ? "ascending" : "descending";
        const now = was === first ? other : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", now);
        body.append(...[...body.rows].sort(compare(index, numeric, now === "ascending" ? 1 : -1)));
      });
    });
  };

  const filterable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("output");
    input.type = "search";
    label.className = "find";
    const hint = document.createElement("span");
    hint.textContent = "Choose a heading to sort.";
    label.append(`Filter ${table.dataset.filter} `, input, count, hint);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
    table.parentElement.before(label);
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length > 1 && table.dataset.filter) {
      sortable(table);
      filterable(table);
    }
  }
})();
