// A renderer of React without a screen, and its types.

/** What is rendered. */
export type Rendered = { update(element: unknown): void; unmount(): void };

type Renderer = {
  create(element: unknown): Rendered;
  act(work: () => unknown): Promise<void>;
};

// React warns of updates outside of `act` unless this is set.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const { error } = console;
console.error = (...args: unknown[]) => {
  if (!/react-test-renderer is deprecated|not wrapped in act/.test(String(args[0]))) error(...args);
};

// @ts-expect-error it has no types
const renderer = (await import('react-test-renderer')) as { default: Renderer };

/** The component that hides what it shows. */
export const { Activity } = (await import('react')) as unknown as { Activity: unknown };

/** Renders an element. */
export const { create } = renderer.default;

/** Does something, and what React does about it. */
export const act = (work: () => unknown): Promise<void> =>
  renderer.default.act(async () => {
    await work();
  });
