/* SPDX-License-Identifier: MIT */
/*
 * Where reports about the hosting API contradict each other, a mode chooses
 * which of them is imitated. The first choice of each is what it starts with.
 */
#ifndef TESTS_SANDBOX_BEGET_MODES_H
#define TESTS_SANDBOX_BEGET_MODES_H

#include "shared/base/compiler.h"
#include "shared/base/err.h"

#include <stdbool.h>

struct json;

enum { TYPES_REAL, TYPES_DOCS };
enum { EMPTY_ABSENT, EMPTY_OBJECT, EMPTY_LIST };
enum { SWITCH_ON, SWITCH_OFF };
enum { SITE_ADD_ID, SITE_ADD_TRUE };
enum { CAA_SRV_DROP, CAA_SRV_KEEP };

struct modes {
    int types;         /* scalars as in captures, or as in the documentation             */
    int records_empty; /* what dns/getData shows in place of no records                  */
    int www_in_list;   /* whether automatic www. names are in domain/getSubdomainList    */
    int site_add;      /* result of site/add                                             */
    int caa_srv;       /* whether dns/changeRecords stores CAA and SRV, or loses them    */
    int rate;          /* whether the request limit is in force                          */
};

/*
 * Sets every mode named in `wanted`, {"name":"choice"}; none when one is bad.
 * Fails: ERR_REJECT unknown name or choice.
 */
MUST_CHECK bool modes_set(struct modes *modes, const struct json *wanted, struct err *err);

/* All modes as {"name":"choice"}; the caller owns it. */
struct json *modes_show(const struct modes *modes);

#endif
