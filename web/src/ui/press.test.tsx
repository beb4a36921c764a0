import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PressButton, usePress, WhyNot } from "./press";

const why = signal<string | null>(null);
const sight = signal<object | null>(null);
const deed = vi.fn((): Promise<void> | void => {});
const page = document.createElement("div");

function Form() {
  const press = usePress(deed, why.value, sight.value && { what: sight.value, unseen: "Look first." });
  return (
    <form onSubmit={press.take}>
      <PressButton press={press} submits>
        Send
      </PressButton>
      <WhyNot press={press}>as usual</WhyNot>
    </form>
  );
}

beforeEach(async () => {
  why.value = null;
  sight.value = null;
  deed.mockReset();
  document.body.append(page);
  await act(() => render(<Form />, page));
});

afterEach(() => {
  render(null, page);
  page.remove();
});

const button = () => page.querySelector("button") as HTMLButtonElement;
const press = () => act(async () => button().click());
const shown = () => ["aria-busy", "aria-disabled"].map((name) => button().getAttribute(name));
const said = () => page.querySelector("[role=status]");

test("while what was pressed is being done the button says so, and a further press asks for nothing new", async () => {
  let finish = () => {};
  deed.mockImplementation(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await act(async () => {
    button().click();
    button().click();
  });
  expect(shown()).toEqual(["true", "true"]);
  await press();
  await act(async () => finish());
  expect(shown()).toEqual(["false", "false"]);
  expect(deed).toHaveBeenCalledTimes(1);
  await press();
  expect(deed).toHaveBeenCalledTimes(2);
});

test("a press that cannot act says why, each time anew, until it can", async () => {
  const reason = "Write something first.";
  await act(() => {
    why.value = reason;
  });
  expect(said()?.textContent).toBe("as usual");
  expect(shown()).toEqual(["false", "true"]);
  expect(button().disabled).toBe(false);
  // For people who cannot see it, also before the press.
  expect(button().getAttribute("aria-description")).toBe(reason);

  await press();
  const first = said()?.firstElementChild;
  expect(first?.textContent).toBe(reason);
  await press();
  expect(said()?.textContent).toBe(reason);
  expect(said()?.firstElementChild).not.toBe(first);
  expect(deed).not.toHaveBeenCalled();

  await act(() => {
    why.value = null;
  });
  expect(said()?.textContent).toBe("as usual");
  expect(button().hasAttribute("aria-description")).toBe(false);
  await press();
  expect(deed).toHaveBeenCalledOnce();

  // It is not announced again without a press.
  await act(() => {
    why.value = reason;
  });
  expect(said()?.textContent).toBe("as usual");
});

test("a key that is held down is one press", () => {
  const taken = (repeat: boolean) =>
    button().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat, cancelable: true }));
  expect([taken(false), taken(true)]).toEqual([true, false]);
});

test("what appeared has to be seen first, and each press that came too soon restarts the time", async () => {
  vi.useFakeTimers();
  const wait = (time: number) => act(async () => void (await vi.advanceTimersByTimeAsync(time)));
  await act(async () => {
    sight.value = {};
  });
  for (let presses = 0; presses < 3; presses += 1) {
    await press();
    expect(said()?.textContent).toBe("Look first.");
    await wait(400);
  }
  expect(deed).not.toHaveBeenCalled();
  await wait(200);
  expect(said()?.textContent).toBe("as usual");
  await press();
  expect(deed).toHaveBeenCalledTimes(1);
  // Something else has not been seen yet.
  await act(async () => {
    sight.value = {};
  });
  await press();
  expect(deed).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});
