/* SPDX-License-Identifier: MIT */
/* metrics: how the queue stands, for Prometheus. */
#include "deploy/queuectl/look.h"
#include "deploy/queuectl/verb_functions.h"
#include "shared/ops/queue_metrics.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX_BYTES = 1024 * 1024, PATH_SIZE = 1024 };

/* As the collector reads the file at any time, it is there whole or not at all. */
static bool write_file(const char *path, const struct buf *text, struct err *err)
{
    char draft[PATH_SIZE];
    FILE *file;
    bool ok;

    if (snprintf(draft, sizeof(draft), "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof(draft)) {
        return err_set(err, ERR_REJECT, "--textfile: the name is too long");
    }
    file = fopen(draft, "we");
    if (!file) {
        return err_set(err, ERR_REJECT, "%.200s cannot be written: errno %d", draft, errno);
    }
    ok = fwrite(buf_text(text), 1, text->len, file) == text->len;
    ok = fclose(file) == 0 && ok;
    ok = ok && rename(draft, path) == 0;
    if (!ok) {
        (void)err_set(err, ERR_REJECT, "%.200s cannot be written: errno %d", path, errno);
        (void)unlink(draft);
    }
    return ok;
}

enum ending verb_metrics(struct session *session, struct err *err)
{
    const char *path = options_text(session->options, OPTION_TEXTFILE);
    struct look *look = look_new(session, err);
    struct err failed = ERR_INIT;
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    queue_metrics_print(look ? &look->survey : NULL, look ? &look->findings : NULL, &text);
    if (!path) {
        listing_program_text(session->listing, session->schema, buf_text(&text));
    } else if (!write_file(path, &text, &failed)) {
        *err = failed;
    }
    buf_free(&text);
    look_free(look);
    return err->kind == ERR_NONE ? ENDING_OK : ENDING_FAILED;
}
