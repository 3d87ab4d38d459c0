# SPDX-License-Identifier: MIT
# The Debian package: `cpack` in a build folder that was configured with -DCMAKE_INSTALL_PREFIX=/usr.
# Needs the packages dpkg-dev and file: without them CPack would make one that depends on no library.
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(FILE_TYPE file)
if(NOT DPKG_SHLIBDEPS OR NOT FILE_TYPE)
  return()
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_PACKAGE_VENDOR "Beget Manager")
set(CPACK_PACKAGE_CONTACT "Beget Manager <beget-manager@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Beget hosting from a Telegram chat")
set(CPACK_PACKAGE_DESCRIPTION
  "Shows and changes DNS records and subdomains of a Beget account on what is said to a Telegram bot. Two services, a Redis of their own with the queue between them, and a log in SQLite.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "redis-server") # not needed where the queue is on another host
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(debian ${PROJECT_BINARY_DIR}/debian)
foreach(name IN ITEMS postinst prerm postrm conffiles)
  configure_file(${PROJECT_SOURCE_DIR}/deploy/debian/${name}.in ${debian}/${name} @ONLY)
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
include(CPack)
