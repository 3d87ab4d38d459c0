/* SPDX-License-Identifier: MIT */
/*
 * Rows of rights that other programs have left in bot.db, settled when the file is opened.
 *
 * A name that is written otherwise than right_name() writes it ("Example.COM",
 * punycode) is rewritten. Where the row of that name is there already, it alone
 * stays: it is the one that the Python bot went by. Else a right that is taken
 * away would be left in the other row, and come back.
 *
 * What is no name or no chat at all gives nobody any right: "", or chat 0. Such
 * rows are counted in the log, one line for each kind, and stay as they are.
 */
#ifndef WORKER_JOURNAL_RIGHTS_SETTLE_H
#define WORKER_JOURNAL_RIGHTS_SETTLE_H

#include "shared/base/err.h"
#include "shared/io/sqlite.h"

#include <stdbool.h>

/*
 * Settles the tables of rights in one transaction, once for each handle. Rows
 * that are no rights are then in its temporary table `left_out` (of, id): the
 * table's name and the row's id. Fails as sqlite_exec().
 */
MUST_CHECK bool rights_settle(struct sqlite *db, struct err *err);

#endif
