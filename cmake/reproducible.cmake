# SPDX-License-Identifier: MIT
# The same bytes wherever it is built: paths are those of the repository. Debug builds keep real ones, for debuggers.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug") # of two that fit, the last one counts
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build")
endif()
