// Installs the service worker, which lets the site work without a network.

/** Installs it, where the page is served as a site. Called when the page has what it needs, so as not to delay that. */
export const keepOffline = (): void => {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const root = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!.href;
  navigator.serviceWorker.register(new URL('service-worker.js', root)).catch(() => {}); // the site works without it
};
