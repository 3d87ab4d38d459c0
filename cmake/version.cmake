# SPDX-License-Identifier: MIT
# Which commit is built: BUILD_COMMIT, else what git says, else "unknown"; shared/base/version.h declares it. Asked for
# again when HEAD moves.
set(BUILD_COMMIT "" CACHE STRING "Commit that --version tells, where there is no git to ask; empty: ask git")

function(ask_git out_answer)
  execute_process(COMMAND git ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    set(answer "")
  endif()
  set(${out_answer} "${answer}" PARENT_SCOPE)
endfunction()

function(find_commit out_commit)
  set(commit "${BUILD_COMMIT}")
  if(NOT commit)
    ask_git(commit describe --always --tags --abbrev=12)
    ask_git(moves rev-parse --git-path logs/HEAD)
    get_filename_component(moves "${moves}" ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    if(commit AND EXISTS ${moves} AND NOT IS_DIRECTORY ${moves})
      set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${moves})
    endif()
  endif()
  if(NOT commit)
    set(commit unknown)
  endif()
  set(${out_commit} "${commit}" PARENT_SCOPE)
endfunction()

function(tell_version target)
  find_commit(VERSION_COMMIT)
  configure_file(${PROJECT_SOURCE_DIR}/shared/base/version.c.in ${PROJECT_BINARY_DIR}/version.c @ONLY)
  target_sources(${target} PRIVATE ${PROJECT_BINARY_DIR}/version.c)
endfunction()
