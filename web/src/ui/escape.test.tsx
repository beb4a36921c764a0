import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import { useEscape } from "./escape";

const root = document.createElement("div");

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
});

function Opened() {
  useEscape("#/knowledge");
  return (
    <>
      <h2 tabIndex={-1}>Door code?</h2>
      <input />
    </>
  );
}

test("Escape closes what is open beside a list, but not from a field or under a dialog", async () => {
  document.body.append(root);
  location.hash = "#/knowledge?block=4";
  await act(() => render(<Opened />, root));
  const press = (element: string) =>
    root
      .querySelector(element)
      ?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  press("input");
  expect(location.hash).toBe("#/knowledge?block=4");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("open", "");
  root.append(dialog);
  press("h2");
  expect(location.hash).toBe("#/knowledge?block=4");
  dialog.remove();
  press("h2");
  expect(location.hash).toBe("#/knowledge");
});
