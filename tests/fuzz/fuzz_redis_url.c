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

static void assert_place(const struct redis_place *place)
{
    assert(place->host[0] != '\0' && place->port >= 1 && place->port <= 65535);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = xcalloc(size + 1, 1); /* exact size, so that one byte too far is seen */
    struct redis_url url;
    struct err err = ERR_INIT;

    memcpy(text, bytes, size);
    if (!redis_url_parse(text, &url, &err)) {
        assert(err.kind == ERR_FATAL && err.message[0] != '\0');
    } else if (url.path[0] != '\0') {
        assert(url.path[0] == '/' && url.place.host[0] == '\0' && url.place.port == 0 && !url.tls);
    } else if (url.sentinel_count > 0) {
        assert(url.master[0] != '\0' && url.place.host[0] == '\0');
        for (size_t i = 0; i < url.sentinel_count; i++) {
            assert_place(&url.sentinels[i]);
        }
    } else {
        assert(url.master[0] == '\0' && url.db >= 0);
        assert_place(&url.place);
    }
    free(text);
    return 0;
}
