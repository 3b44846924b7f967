"use strict";

(() => {
  // A job that goes on says how far it is. When it has ended, the page is loaded again, once.
  for (const part of document.querySelectorAll("[data-job]")) {
    const id = part.dataset.job;
    let events = null;
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
      await new Promise((resume) => setTimeout(resume, 1000));
      isLoading = false;
      if (isStale) show();
    }

    function note({ data }) {
      if (JSON.parse(data).ended_at === null) {
        show();
        return;
      }
      events.close();
      const key = `ended ${id}`;
      if (sessionStorage.getItem(key) !== null) return;
      sessionStorage.setItem(key, "");
      location.reload();
    }

    // A browser opens few connections to a site: a tab that nobody sees needs none.
    function follow() {
      events?.close();
      events = null;
      if (document.hidden) return;
      events = new EventSource(`/api/v1/jobs/${id}/events`);
      events.addEventListener("job", note);
    }
    document.addEventListener("visibilitychange", follow);
    follow();
  }
})();
