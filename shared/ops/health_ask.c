/* SPDX-License-Identifier: MIT */
#include "shared/ops/health_ask.h"

#include "shared/base/listen_address.h"
#include "shared/io/http.h"

#include <string.h>

enum { DEADLINE_MS = 3000, BODY_MAX_BYTES = 64 * 1024, URL_MAX_BYTES = 256, STATUS_OK = 200 };

bool health_ask_url(const char *listen, struct buf *out)
{
    struct listen_address address;
    const char *host;
    bool is_v6;

    if (!listen_address_read(listen, &address) || address.port == 0) {
        return false;
    }
    host = listen_host_to_ask(address.host);
    is_v6 = strchr(host, ':') != NULL;
    buf_addf(out, "http://%s%s%s:%d/readyz", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
             address.port);
    return true;
}

/* One answer; whatever the status, its lines are what a person wants to see. */
static int ask(struct http_client *client, const char *url, const char *token, struct buf *out)
{
    const struct http_request request = {.label = "health",
                                         .url = url,
                                         .bearer = token[0] != '\0' ? token : NULL,
                                         .direct = true,
                                         .timeout_ms = DEADLINE_MS,
                                         .max_body_bytes = BODY_MAX_BYTES};
    struct http_response response = {.status = 0};
    struct err err = ERR_INIT;
    int code = HEALTH_ASK_NOT_READY;

    if (http_perform(client, &request, &response, &err)) {
        buf_add(out, buf_text(&response.body), response.body.len);
        code = response.status == STATUS_OK ? HEALTH_ASK_READY : HEALTH_ASK_NOT_READY;
    } else {
        buf_addf(out, "no answer at %s: %s\n", url, err.message);
    }
    http_response_free(&response);
    return code;
}

int health_ask(const char *listen, const char *token, struct buf *out)
{
    struct http_client *client = NULL;
    struct err err = ERR_INIT;
    struct buf url;
    int code = HEALTH_ASK_SETTINGS;

    buf_init(&url, URL_MAX_BYTES);
    if (!health_ask_url(listen, &url)) {
        buf_addf(out,
                 "HTTP_LISTEN is \"%s\": there is nothing to ask; set an address and a port, "
                 "as 127.0.0.1:9101\n",
                 listen);
        goto out;
    }
    if (http_library_init(&err)) {
        client = http_client_new(&err);
        code = client ? ask(client, buf_text(&url), token, out) : HEALTH_ASK_NOT_READY;
        http_client_free(client);
        http_library_free();
    }
    if (!client) {
        buf_addf(out, "%s\n", err.message);
    }
out:
    buf_free(&url);
    return code;
}
