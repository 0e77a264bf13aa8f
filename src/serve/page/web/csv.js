// CSV by RFC 4180.
import { t } from "./text.js";

// UTF-8, or what Korean spreadsheets write.
export function decode(bytes) {
  try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("euc-kr").decode(bytes); }
}
export function readCsv(text) {
  const lines = [];
  let line = [], cell = "", quoted = false, was = false;
  const end = () => { line.push(cell === "" && !was ? null : cell); cell = ""; was = false; };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i++; }
      else quoted = false;
    } else if (c === '"' && cell === "") quoted = was = true;
    else if (c === ",") end();
    else if (c === "\n" || c === "\r") { if (c === "\r" && text[i + 1] === "\n") i++; end(); lines.push(line); line = []; }
    else cell += c;
  }
  if (cell !== "" || was || line.length) { end(); lines.push(line); }
  const rows = lines.filter(one => one.length > 1 || one[0] !== null);
  const heads = rows.shift() || [];
  rows.forEach((row, i) => { if (row.length !== heads.length) throw new Error(t("badCsv", i + 2, row.length, heads.length)); });
  if (!rows.length) throw new Error(t("badCsv", 1, 0, heads.length));
  return rows.map(row => Object.fromEntries(heads.map((head, i) => [head ?? "", row[i]])));
}
// A text that a spreadsheet would take for a formula gets an apostrophe.
export function writeCsv(lines) {
  const cell = value => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = "'" + text;
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  return lines.map(line => line.map(cell).join(",")).join("\r\n") + "\r\n";
}
