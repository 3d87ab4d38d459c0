/* SPDX-License-Identifier: MIT */
/* shared/io/redis_url on arbitrary text: what is accepted is complete. */
#include "shared/base/mem.h"
#include "shared/io/redis_url.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = xcalloc(size + 1, 1); /* exact size, so that one byte too far is seen */
    struct redis_url url;
    struct err err = ERR_INIT;

    memcpy(text, bytes, size);
    if (!redis_url_parse(text, &url, &err)) {
        assert(err.kind == ERR_FATAL && err.message[0] != '\0');
    } else if (url.path[0] != '\0') {
        assert(url.path[0] == '/' && url.host[0] == '\0' && url.port == 0 && !url.tls);
    } else {
        assert(url.host[0] != '\0' && url.port >= 1 && url.port <= 65535 && url.db >= 0);
    }
    free(text);
    return 0;
}
