/* SPDX-License-Identifier: MIT */
/* A call of the hosting API as text: its arguments as JSON, and the form that carries them. Pure.
 */
#ifndef WORKER_BEGET_REQUEST_H
#define WORKER_BEGET_REQUEST_H

#include "shared/base/buf.h"
#include "worker/beget/client.h"
#include "worker/beget/methods.h"

/* Appends input_data: "{}" for a method without parameters. `arguments` may be NULL then. */
void beget_request_input(const struct beget_method_row *row,
                         const struct beget_argument arguments[], struct buf *out);

/*
 * Appends the body of the POST, application/x-www-form-urlencoded, everything
 * percent-encoded. It holds the password: beget_request_wipe() it when sent.
 */
void beget_request_form(const char *login, const char *password, const char *input,
                        struct buf *out);

/* Overwrites the bytes, then frees them. */
void beget_request_wipe(struct buf *form);

#endif
