"use strict";
for (const table of document.querySelectorAll("table.sites")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const isNumber = head.classList.contains("number");
      const first = isNumber ? "descending" : "ascending";
      const second = isNumber ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const compare = (one, other) =>
        isNumber
          ? Number(value(one)) - Number(value(other))
          : value(one).localeCompare(value(other), "en", { numeric: true });
      const sign = order === "ascending" ? 1 : -1;
      const body = table.tBodies[0];
      [...body.rows].sort((one, other) => sign * compare(one, other)).forEach((row) => body.append(row));
    });
  });
}
