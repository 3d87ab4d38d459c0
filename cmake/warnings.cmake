# SPDX-License-Identifier: MIT
# Warnings for our own targets; dependencies' headers are SYSTEM and exempt.
add_library(project_options INTERFACE)
target_compile_definitions(project_options INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(project_options INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls
  -Wformat=2 -Werror=format-security -Wundef -Wvla -Wwrite-strings -Wpointer-arith -Wnull-dereference
  -Wimplicit-fallthrough -Wdouble-promotion -Wunused
  $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init>
  $<$<C_COMPILER_ID:Clang>:-Wconditional-uninitialized -Wshorten-64-to-32 -Wcomma>
  $<$<BOOL:${WARNINGS_AS_ERRORS}>:-Werror>
  -fno-common)
if(SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(project_options INTERFACE -fsanitize=${SANITIZE})
endif()
if(BUILD_FUZZERS) # the layers are instrumented; only the targets bring libFuzzer's main()
  target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
