"""Our own launcher of Voila: pages for many viewers, of whom none is trusted, each with a kernel that ends with it.

`python -m campaignkit.serve.voila OPTIONS`, as `campaignkit up` and `campaignkit dashboards` start it. Voila by itself
leaks a kernel per page view, knows no owner of a kernel, and hands each kernel the whole environment. What is changed,
and where:

    options    what the launcher is told
    app        Voila itself: its settings, the few addresses that are served, how it starts and ends
    visitors   who is asking: the proxy's word or the server's own choice; the browser; the reference for the log
    kernels    a cap, a clean environment, an owner, and an end for whatever no page is connected to
    channels   which messages pass between a page and its kernel
    pages      the handlers: a dashboard, the list of them, errors, how a page is doing
    files      the front end's files, compressed once and cached for good
    health     /healthz, /readyz, /metrics
    logs       no kernel's id in the log, and the page's reference on every line that a page caused
"""
