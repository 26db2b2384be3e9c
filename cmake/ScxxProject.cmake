# SPDX-License-Identifier: GPL-2.0-only
# How this project is compiled: options, warnings, sanitizers, and scxx_library(),
# which every library folder calls. Not installed; embedders get ScxxAddScheduler.

option(SCXX_TESTS "build the tests" ${PROJECT_IS_TOP_LEVEL})
option(SCXX_INSTALL "install rules and the CMake package" ${PROJECT_IS_TOP_LEVEL})
option(SCXX_WERROR "treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
option(SCXX_FUZZ "build the fuzzers and what they search, nothing else; needs clang" OFF)
set(SCXX_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")

include(GNUInstallDirs)
set(SCXX_BPF_INSTALL_DIR ${CMAKE_INSTALL_INCLUDEDIR}/scxx/bpf)
set(SCXX_PROGRAMS)  # the schedulers and
set(SCXX_TOOLS)     # the tools that are installed; filled by the folders

# Every program of the project lies in one folder, which the lab puts on the guest's PATH.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
# The simulated forms of schedulers lie where they lie when installed, seen from the programs.
file(RELATIVE_PATH SCXX_POLICY_DIR "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}/scxx")
cmake_path(APPEND CMAKE_RUNTIME_OUTPUT_DIRECTORY "${SCXX_POLICY_DIR}"
           OUTPUT_VARIABLE CMAKE_LIBRARY_OUTPUT_DIRECTORY)
cmake_path(NORMAL_PATH CMAKE_LIBRARY_OUTPUT_DIRECTORY)

add_library(scxx_options INTERFACE)
target_compile_features(scxx_options INTERFACE cxx_std_23)
target_compile_options(scxx_options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wcast-align $<$<BOOL:${SCXX_WERROR}>:-Werror>)
if(SCXX_SANITIZE)
  target_compile_options(scxx_options INTERFACE -fsanitize=${SCXX_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(scxx_options INTERFACE -fsanitize=${SCXX_SANITIZE})
endif()

# scxx_library(NAME SOURCES a.cc… HEADERS scx/x/y.h… [DEPENDS target…] [PRIVATE_DEPENDS target…])
# makes the static library scxx::NAME from the folder that calls it: src/ and include/.
function(scxx_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;DEPENDS;PRIVATE_DEPENDS")
  list(TRANSFORM arg_HEADERS PREPEND include/)
  add_library(scxx_${name} STATIC ${arg_SOURCES})
  add_library(scxx::${name} ALIAS scxx_${name})
  set_target_properties(scxx_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(scxx_${name} PUBLIC cxx_std_23)
  target_sources(scxx_${name} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
  target_include_directories(scxx_${name} PRIVATE src)
  target_link_libraries(scxx_${name} PUBLIC ${arg_DEPENDS}
                        PRIVATE ${arg_PRIVATE_DEPENDS} $<BUILD_INTERFACE:scxx_options>)
endfunction()
