# Run when installing: writes the units with the directories that they are installed to, which `cmake --install
# --prefix` and the package may choose after the build was configured.
set(CMAKE_INSTALL_FULL_BINDIR ${CMAKE_INSTALL_PREFIX}/bin)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(CMAKE_INSTALL_FULL_SYSCONFDIR /etc)
else()
  set(CMAKE_INSTALL_FULL_SYSCONFDIR ${CMAKE_INSTALL_PREFIX}/etc)
endif()
foreach(unit IN ITEMS tradingd ledgerd feedd gatewayd fixd journal)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/trade-${unit}.service.in ${TRADE_UNITS}/trade-${unit}.service @ONLY)
  file(INSTALL ${TRADE_UNITS}/trade-${unit}.service DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
endforeach()
