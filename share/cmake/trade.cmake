# Build helpers of the project: warnings, sanitizers, and one function each for a library,
# a program and a test, so that a directory's CMakeLists.txt says only what is particular to it.

find_package(Threads REQUIRED)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(trade_options INTERFACE)
target_compile_options(trade_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-qual -Wnull-dereference
  # A member that is not named has its default: that is what default member initializers are for.
  -Wno-missing-field-initializers
  # These look through inlined standard containers and report what cannot happen (GCC 12).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread>
  # Whether any of several holds, asked without a branch for each, is meant where it stands.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-bitwise-instead-of-logical>)
target_include_directories(trade_options INTERFACE ${PROJECT_SOURCE_DIR}/lib)
if(TRADE_SANITIZE)
  # Not the check of virtual tables: it tests memory through a pipe, so it reports good objects when a test has
  # taken all descriptors; and QuickFIX's Field.h calls members of a StringField on its base FieldBase.
  target_compile_options(trade_options INTERFACE -fsanitize=${TRADE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all -fno-sanitize=vptr)
  target_link_options(trade_options INTERFACE -fsanitize=${TRADE_SANITIZE})
endif()

# trade_profile_options(record|use): for what is added to the directory from then on. A macro, since the options are
# those of the directory.
macro(trade_profile_options mode)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "TRADE_PROFILE is for GCC; leave it out with ${CMAKE_CXX_COMPILER_ID}")
  elseif("${mode}" STREQUAL "record")
    # Atomic where the processor can, since several threads count.
    add_compile_options(-fprofile-generate -fprofile-update=prefer-atomic)
    add_link_options(-fprofile-generate)
  elseif("${mode}" STREQUAL "use")
    # What did not run while it was recorded is compiled as without a profile, not for size. Warnings are the ordinary
    # build's to give: what becomes part of what is decided differently here, and some of them follow from that.
    add_compile_options(-fprofile-use -fprofile-partial-training -fprofile-correction -Wno-missing-profile -w)
  else()
    message(FATAL_ERROR "TRADE_PROFILE is '${mode}': leave it out, or say record or use")
  endif()
endmacro()

# What is not on the way of an order is compiled for a quick build rather than for speed: half of what a
# compiler does for -O3 goes into code that runs once.
add_library(trade_quick_build INTERFACE)
target_compile_options(trade_quick_build INTERFACE $<$<CONFIG:Release>:-O1>)

# trade_library(NAME [DEPENDS other libraries] [SYSTEM outside libraries])
# Every .cpp of the directory belongs to the library.
function(trade_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SYSTEM;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(APPEND sources ${ARG_SOURCES})
  if(sources)
    add_library(trade_${name} STATIC ${sources})
    set(visibility PUBLIC)
  else()
    add_library(trade_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_link_libraries(trade_${name} ${visibility} trade_options)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(trade_${name} ${visibility} trade_${dependency})
  endforeach()
  target_link_libraries(trade_${name} ${visibility} ${ARG_SYSTEM})
endfunction()

# trade_program(NAME [DEPENDS libraries] [SYSTEM outside libraries]): an installed executable
function(trade_program name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SYSTEM;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE trade_options Threads::Threads)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(${name} PRIVATE trade_${dependency})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_SYSTEM})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# trade_test(NAME [DEPENDS libraries] [SYSTEM outside libraries] [LABELS labels])
# One GoogleTest executable, test_NAME, of every .cpp of the directory.
function(trade_test name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;SYSTEM;SOURCES;LABELS" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    message(WARNING "no tests in ${CMAKE_CURRENT_SOURCE_DIR}")
    return()
  endif()
  add_executable(test_${name} ${sources} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE trade_options trade_quick_build GTest::gmock GTest::gtest_main Threads::Threads ${ARG_SYSTEM})
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(test_${name} PRIVATE trade_${dependency})
  endforeach()
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE TRADE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "unit;${ARG_LABELS}" TIMEOUT 120)
endfunction()
