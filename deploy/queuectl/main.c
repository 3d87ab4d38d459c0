/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/queuectl.h"
#include "shared/base/process_shut.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;

    if (!process_shut(&err)) { /* REDIS_URL may hold a password */
        (void)fprintf(stderr, "queuectl: %s\n", err.message);
        return EXIT_FAILURE;
    }
    return queuectl_main(argc, argv);
}
