/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/queuectl.h"

int main(int argc, char **argv)
{
    return queuectl_main(argc, argv);
}
