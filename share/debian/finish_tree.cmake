# Before the package is made of it: what Debian wants compressed is.
file(GLOB_RECURSE compressed LIST_DIRECTORIES false
  ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/*.[1-8] ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/trade/changelog)
foreach(file IN LISTS compressed)
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
