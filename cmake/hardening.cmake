# SPDX-License-Identifier: MIT
# What makes a defect harder to exploit, in everything that is built; tests/lint/check_hardening.sh finds it in what ships.
# The sanitizers bring checks of their own, with which FORTIFY_SOURCE does not agree. Overflow is not defined away
# (-fno-strict-overflow): the sanitizers find it.
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_options(-fstack-protector-strong)
if(NOT SANITIZE)
  add_compile_options(-fstack-clash-protection)
  # Debian's compilers define it, as 2; it needs an optimizer.
  add_compile_options("$<$<CONFIG:RelWithDebInfo,Release,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_compile_options(-fcf-protection=full)
  endif()
endif()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
