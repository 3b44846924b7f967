"use strict";

(() => {
  // A job that goes on says how far it is. When it has ended, the page is loaded again, once.
  for (const part of document.querySelectorAll("[data-job]")) {
    const id = part.dataset.job;
    const events = new EventSource(`/api/v1/jobs/${id}/events`);
    let isLoading = false;
    let isStale = false;

    async function show() {
      isStale = isLoading;
      if (isLoading) return;
      isLoading = true;
      try {
        const response = await fetch(`/imports/${id}/now`);
        if (response.ok) part.innerHTML = await response.text();
      } catch {
        // The next event, or the link, shows it.
      }
      isLoading = false;
      if (isStale) show();
    }

    events.addEventListener("job", ({ data }) => {
      if (JSON.parse(data).ended_at === null) {
        show();
        return;
      }
      events.close();
      const key = `ended ${id}`;
      if (sessionStorage.getItem(key) !== null) return;
      sessionStorage.setItem(key, "");
      location.reload();
    });
  }
})();
