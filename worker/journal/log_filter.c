/* SPDX-License-Identifier: MIT */
#include "worker/journal/log_filter.h"

#include "shared/base/utf8.h"
#include "shared/io/idn.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char BLANKS[] = " \t\r\n";

static bool read_id(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-');
    intmax_t number;

    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    number = strtoimax(text, NULL, 10);
    *out = number;
    return errno == 0;
}

void log_filter_read(const char *text, struct log_filter *out)
{
    const char *begin = text + strspn(text, BLANKS);
    size_t len;

    *out = (struct log_filter){.person = *begin == '@' && begin[1] != '\0'};
    begin += out->person ? 1 : 0;
    len = utf8_fit_bytes(begin, strlen(begin), LOG_FILTER_SIZE - 1);
    while (len > 0 && strchr(BLANKS, begin[len - 1])) {
        len--;
    }
    memcpy(out->text, begin, len);
    utf8_lower(out->text);
    out->numeric = !out->person && read_id(out->text, &out->number);
}

bool log_filter_matches(const struct log_filter *filter, enum log_column column, const char *value)
{
    char small[IDN_UNICODE_SIZE];
    char shown[IDN_UNICODE_SIZE];
    size_t len = utf8_fit_bytes(value, strlen(value), sizeof(small) - 1);

    memcpy(small, value, len);
    small[len] = '\0';
    utf8_lower(small);
    if (filter->person) {
        return column == LOG_COLUMN_USER && strcmp(small, filter->text) == 0;
    }
    if (strstr(small, filter->text)) {
        return true;
    }
    if (column != LOG_COLUMN_TARGET || !strstr(small, "xn--")) {
        return false;
    }
    idn_to_unicode(small, shown);
    return strstr(shown, filter->text) != NULL;
}
