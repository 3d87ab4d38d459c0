/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/server.h"

#include "tests/sandbox/telegram/bot.h"
#include "tests/sandbox/telegram/control.h"

#include <stdio.h>
#include <string.h>

/* NOLINTNEXTLINE(readability-identifier-naming): the build names what it embeds */
extern const char chat_page_html[];

void server_handle(void *context, const struct httpd_request *request,
                   struct httpd_response *response)
{
    struct sim *sim = context;

    if (strncmp(request->path, "/bot", strlen("/bot")) == 0) {
        bot_handle(sim, request, response);
    } else if (strncmp(request->path, "/control/", strlen("/control/")) == 0) {
        control_handle(sim, request, response);
    } else if (strcmp(request->path, "/") == 0 && strcmp(request->method, "GET") == 0) {
        response->content_type = "text/html; charset=utf-8";
        response->header = "Cache-Control";
        (void)snprintf(response->header_value, sizeof(response->header_value), "no-store");
        buf_addf(&response->body, "%s", chat_page_html);
    } else {
        response->status = 404;
    }
}
