/* SPDX-License-Identifier: MIT */
/*
 * Which commit this program was built of. Its version is PROJECT_VERSION, a
 * macro of the build.
 */
#ifndef SHARED_BASE_VERSION_H
#define SHARED_BASE_VERSION_H

/*
 * As git describe has it: "0f1e2d3c4b5a", or "v0.1.0-7-g0f1e2d3c4b5a" after a
 * tag; "unknown" outside git.
 */
extern const char VERSION_COMMIT[];

#endif
