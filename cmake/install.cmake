# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: the services beside what only they run, queuectl in the path, units, users, settings
# and documents. Paths are written into the units: the prefix is chosen when configuring (CMAKE_INSTALL_PREFIX).
include(GNUInstallDirs)
set(SERVICES_DIR ${CMAKE_INSTALL_FULL_LIBEXECDIR}/beget-manager)
set(CONFIG_DIR ${CMAKE_INSTALL_FULL_SYSCONFDIR}/beget-manager)
target_compile_definitions(shared_ops PRIVATE CONFIG_DIR="${CONFIG_DIR}") # what to edit, as queuectl tells it
set(units_dir ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
set(made ${PROJECT_BINARY_DIR}/install)
set(systemd ${PROJECT_SOURCE_DIR}/deploy/systemd)

foreach(service IN ITEMS gateway worker redis)
  configure_file(${systemd}/beget-manager-${service}.service.in ${made}/beget-manager-${service}.service @ONLY)
  install(FILES ${made}/beget-manager-${service}.service DESTINATION ${units_dir})
endforeach()
install(FILES ${systemd}/beget-manager.target DESTINATION ${units_dir})
configure_file(${systemd}/tmpfiles.conf.in ${made}/tmpfiles.conf @ONLY)
install(FILES ${made}/tmpfiles.conf DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d RENAME beget-manager.conf)
install(FILES ${systemd}/sysusers.conf DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME beget-manager.conf)

# The settings are what the programs say of themselves.
foreach(service IN ITEMS gateway worker)
  set(unit ${made}/beget-manager-${service}.service)
  add_custom_command(OUTPUT ${made}/${service}.env
    COMMAND ${systemd}/settings $<TARGET_FILE:${service}> ${unit} > ${made}/${service}.env
    DEPENDS ${service} ${systemd}/settings ${unit} VERBATIM)
  list(APPEND environments ${made}/${service}.env)
endforeach()
find_program(GZIP gzip REQUIRED)
add_custom_command(OUTPUT ${made}/queuectl.1.gz
  COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/deploy/queuectl/queuectl.1 > ${made}/queuectl.1.gz
  DEPENDS ${PROJECT_SOURCE_DIR}/deploy/queuectl/queuectl.1 VERBATIM)
add_custom_target(install_files ALL DEPENDS ${environments} ${made}/queuectl.1.gz)
function(install_setting file permissions) # what is there has been edited
  get_filename_component(name ${file} NAME)
  install(CODE "
    if(NOT EXISTS \"\$ENV{DESTDIR}${CONFIG_DIR}/${name}\")
      file(INSTALL DESTINATION \"${CONFIG_DIR}\" TYPE FILE FILES \"${file}\" PERMISSIONS ${permissions})
    endif()")
endfunction()
foreach(file IN LISTS environments)
  install_setting(${file} "OWNER_READ OWNER_WRITE GROUP_READ")
endforeach()
foreach(file IN ITEMS ${systemd}/queuectl.env ${systemd}/redis.conf)
  install_setting(${file} "OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ")
endforeach()

install(TARGETS gateway worker queuectl DESTINATION ${SERVICES_DIR})
install(PROGRAMS deploy/redis-start DESTINATION ${SERVICES_DIR})
install(FILES deploy/redis.conf DESTINATION ${SERVICES_DIR})
configure_file(${systemd}/queuectl.in ${made}/queuectl @ONLY)
install(PROGRAMS ${made}/queuectl TYPE BIN)

install(FILES ${made}/queuectl.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES deploy/queuectl/queuectl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME queuectl)
install(FILES deploy/queuectl/_queuectl DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES README.md CHANGELOG.md ${documents} TYPE DOC)
install(FILES LICENSE TYPE DOC RENAME copyright)
