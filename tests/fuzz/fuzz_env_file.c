/* SPDX-License-Identifier: MIT */
/* Any bytes as .env: they are read or told of, and no message repeats a value. */
#include "shared/base/settings.h"
#include "shared/base/settings_source.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct sample {
    char text[32];
    char secret[32];
    int64_t number;
    int level;
    struct setting_ids ids;
    char url[64];
};

#define MEMBER(name) SETTING_MEMBER(struct sample, name)

/* clang-format off */
static const struct setting ROWS[] = {
    {"T", SETTING_TEXT,   MEMBER(text),   NULL,       1,  0,  NULL,    NULL,                   "text"},
    {"S", SETTING_SECRET, MEMBER(secret), "",         0,  0,  NULL,    NULL,                   "secret"},
    {"N", SETTING_INT,    MEMBER(number), "5",        -9, 99, NULL,    NULL,                   "number"},
    {"L", SETTING_CHOICE, MEMBER(level),  "a",        0,  0,  "a|b|c", NULL,                   "level"},
    {"I", SETTING_IDS,    MEMBER(ids),    "1",        0,  0,  NULL,    NULL,                   "ids"},
    {"U", SETTING_TEXT,   MEMBER(url),    "http://a", 1,  0,  NULL,    setting_check_http_url, "url"},
};
/* clang-format on */

static char path[] = "/tmp/fuzz-env-file-XXXXXX"; /* of this process */

static void write_file(const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert(file);
    assert(fwrite(bytes, 1, size, file) == size);
    assert(fclose(file) == 0);
}

static void load(void)
{
    struct sample sample = {.level = 0};
    struct setting_source *source;
    struct buf problems;
    bool ok;

    buf_init(&problems, 1 << 24);
    source = settings_source_open(path, &problems);
    ok = settings_load(ROWS, ARRAY_LEN(ROWS), settings_source_lookup, source, &sample, &problems);
    assert(ok == (problems.len == 0));
    assert(buf_ok(&problems));
    assert(!strstr(buf_text(&problems), "S3CRET"));
    assert(sample.number >= -9 && sample.number <= 99);
    assert(sample.level >= 0 && sample.level < 3);
    assert(sample.ids.count <= SETTING_IDS_MAX);
    assert(memchr(sample.text, '\0', sizeof(sample.text)));
    assert(memchr(sample.secret, '\0', sizeof(sample.secret)));
    settings_source_close(source);
    buf_free(&problems);
}

static void remove_file(void)
{
    (void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static bool made = false;

    for (size_t i = 0; i + 5 <= size; i++) {
        if (memcmp(bytes + i, "_FILE", 5) == 0) {
            return 0; /* would read any file of this machine */
        }
    }
    if (!made) {
        int file = mkstemp(path);

        assert(file >= 0);
        (void)close(file);
        made = atexit(remove_file) == 0;
    }
    write_file(bytes, size);
    load();
    return 0;
}
