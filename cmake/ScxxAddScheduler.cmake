# SPDX-License-Identifier: GPL-2.0-only
# scxx_add_scheduler(): a scheduler's program from its BPF and C++ sources. The project's own
# schedulers are built with it, and so are yours after find_package(scxx).
#
#   scxx_add_scheduler(scx_mine BPF mine.bpf.c SOURCES main.cc [INCLUDES dir…])
#
# compiles each BPF source with clang, links the objects with bpftool into one, makes a skeleton
# header of it and builds the program. The skeleton's class is <name>_bpf and its header
# <name>.skel.h, where <name> is the target's without "scx_": scx_mine gives mine_bpf.
#
# A second target, scx_mine_sim, compiles the same BPF sources natively for the simulator, as
# mine.sim.so. It is built on request only: cmake --build … --target scx_mine_sim. It needs the
# project to have the language C. A third one, scx_mine_sim_counted, makes mine.counted.sim.so of
# them, which is slower and counts the basic blocks that it passes (scxsim --measure).
#
# What it needs, and what decides:
#   SCXX_CLANG        clang 19 or newer (22 or newer for kernels from 7.3 on)
#   SCXX_BPFTOOL      bpftool 7.5 or newer
#   libbpf            1.5 or newer, by pkg-config
#   SCXX_VMLINUX_DIR  optional: a directory with a full vmlinux.h, in place of the project's own

include_guard(GLOBAL)
find_package(PkgConfig REQUIRED)

set(SCXX_VMLINUX_DIR "" CACHE PATH "directory of a full vmlinux.h; empty: the small one of the project")

set(_scxx_cure "run tools/setup, or install it from your distribution")

# The version that a program states of itself, by a regular expression; an error where it states none.
function(_scxx_version out regex program)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_VARIABLE said ERROR_QUIET)
  if(NOT said MATCHES "${regex}")
    message(FATAL_ERROR "scxx: ${program} does not run or states no version; ${_scxx_cure}")
  endif()
  set(${out} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# clang: the newest that is there, unless the user named one.
find_program(SCXX_CLANG NAMES clang-23 clang-22 clang-21 clang-20 clang-19 clang
             DOC "clang that compiles BPF, 19 or newer")
if(NOT SCXX_CLANG)
  message(FATAL_ERROR "scxx: clang is missing (19 or newer compiles BPF); ${_scxx_cure} (clang-22)")
endif()
_scxx_version(_scxx_clang "clang version ([0-9.]+)" ${SCXX_CLANG} --version)
set(SCXX_CLANG_VERSION ${_scxx_clang} CACHE INTERNAL "")
if(_scxx_clang VERSION_LESS 19)
  message(FATAL_ERROR "scxx: ${SCXX_CLANG} is clang ${_scxx_clang}, too old for BPF arenas (19 is "
                      "needed); ${_scxx_cure} (clang-22), or name another with -DSCXX_CLANG=…")
endif()
if(_scxx_clang VERSION_LESS 22)
  message(STATUS "scxx: clang ${_scxx_clang} compiles, but kernels from 7.3 on refuse some of its "
                 "arena code; 22 or newer is better")
endif()

find_program(SCXX_BPFTOOL NAMES bpftool PATHS /usr/sbin /usr/local/sbin DOC "bpftool, 7.5 or newer")
if(NOT SCXX_BPFTOOL)
  message(FATAL_ERROR "scxx: bpftool is missing; ${_scxx_cure} (bpftool)")
endif()
_scxx_version(_scxx_bpftool "bpftool v([0-9.]+)" ${SCXX_BPFTOOL} version)
if(_scxx_bpftool VERSION_LESS 7.5)
  message(FATAL_ERROR "scxx: ${SCXX_BPFTOOL} is version ${_scxx_bpftool}, which knows no arenas (7.5 "
                      "is needed); ${_scxx_cure}")
endif()
set(SCXX_BPFTOOL_VERSION ${_scxx_bpftool} CACHE INTERNAL "")

pkg_check_modules(SCXX_LIBBPF QUIET libbpf>=1.5)
if(NOT SCXX_LIBBPF_FOUND)
  pkg_check_modules(SCXX_LIBBPF_ANY QUIET libbpf)
  if(SCXX_LIBBPF_ANY_FOUND)
    set(_scxx_found "is ${SCXX_LIBBPF_ANY_VERSION}, too old")
  else()
    set(_scxx_found "is missing")
  endif()
  message(FATAL_ERROR "scxx: libbpf ${_scxx_found} (1.5 or newer is needed, by pkg-config); "
                      "${_scxx_cure} (libbpf-dev)")
endif()

if(NOT TARGET scxx::libbpf)
  add_library(scxx_libbpf INTERFACE IMPORTED GLOBAL)
  add_library(scxx::libbpf ALIAS scxx_libbpf)
  # A static-only libbpf (tools/setup builds one on Debian 12) does not say what it needs itself.
  find_library(_scxx_libbpf_shared libbpf.so HINTS ${SCXX_LIBBPF_LIBRARY_DIRS} NO_CACHE)
  if(_scxx_libbpf_shared)
    set(_scxx_libs ${SCXX_LIBBPF_LINK_LIBRARIES})
  else()
    set(_scxx_libs ${SCXX_LIBBPF_STATIC_LIBRARIES})
    find_library(_scxx_libbpf_static libbpf.a HINTS ${SCXX_LIBBPF_LIBRARY_DIRS} NO_CACHE REQUIRED)
    list(REMOVE_ITEM _scxx_libs bpf)
    list(PREPEND _scxx_libs ${_scxx_libbpf_static})
  endif()
  target_link_libraries(scxx_libbpf INTERFACE ${_scxx_libs})
  target_include_directories(scxx_libbpf SYSTEM INTERFACE ${SCXX_LIBBPF_INCLUDE_DIRS})
endif()

# The package says where the BPF headers were installed; in the project's own tree they lie here.
if(SCXX_PACKAGE_BPF_DIR)
  set(_scxx_bpf_dir "${SCXX_PACKAGE_BPF_DIR}")
else()
  set(_scxx_bpf_dir "${CMAKE_CURRENT_LIST_DIR}/../framework/bpf")
endif()
cmake_path(NORMAL_PATH _scxx_bpf_dir)
set(SCXX_BPF_DIR "${_scxx_bpf_dir}" CACHE INTERNAL "headers for BPF sources")
set(_scxx_module_dir "${CMAKE_CURRENT_LIST_DIR}" CACHE INTERNAL "")

# scxx_add_bpf(TARGET name BPF a.bpf.c… [INCLUDES dir…]): the object and skeleton alone, as the
# INTERFACE library TARGET, which brings <name>.skel.h. For tests and unusual programs.
function(scxx_add_bpf target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME" "BPF;INCLUDES")
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/${target}.dir")
  file(MAKE_DIRECTORY "${dir}")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(arch arm64)
  else()
    set(arch x86)
  endif()
  if(SCXX_VMLINUX_DIR)
    set(vmlinux "${SCXX_VMLINUX_DIR}")
  else()
    set(vmlinux "${SCXX_BPF_DIR}/vmlinux")
  endif()
  # -isystem: clang has warnings for what bpftool writes.
  set(includes -I${CMAKE_CURRENT_SOURCE_DIR} -isystem ${vmlinux} -I${SCXX_BPF_DIR})
  foreach(include IN LISTS arg_INCLUDES)
    cmake_path(ABSOLUTE_PATH include NORMALIZE)
    list(APPEND includes -I${include})
  endforeach()
  foreach(include IN LISTS SCXX_LIBBPF_INCLUDE_DIRS)
    list(APPEND includes -idirafter ${include})
  endforeach()

  # The types of newer kernels, in a full vmlinux.h, have tagged anonymous members.
  set(ms_extensions -fms-extensions -Wno-microsoft-anon-tag)
  set(werror $<$<BOOL:${SCXX_WERROR}>:-Werror>)

  # bpftool before 7.7 (libbpf 1.7) cannot link objects that call the same kernel function ("failed to
  # resolve size of underlying type"). With an older one the sources become one translation unit.
  list(LENGTH arg_BPF count)
  if(count GREATER 1 AND SCXX_BPFTOOL_VERSION VERSION_LESS 7.7)
    set(all)
    foreach(source IN LISTS arg_BPF)
      cmake_path(ABSOLUTE_PATH source NORMALIZE)
      string(APPEND all "#include \"${source}\"\n")
    endforeach()
    set(arg_BPF "${dir}/${arg_NAME}.all.bpf.c")
    file(CONFIGURE OUTPUT "${arg_BPF}" CONTENT "${all}" @ONLY)
  endif()

  set(objects)
  foreach(source IN LISTS arg_BPF)
    cmake_path(GET source STEM LAST_ONLY stem)
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    set(object "${dir}/${stem}.o")
    add_custom_command(
      OUTPUT "${object}"
      COMMAND ${SCXX_CLANG} -g -O2 -std=gnu17 -target bpf -mcpu=v3 -D__TARGET_ARCH_${arch}
              -Wall ${werror} -Wno-unused-function ${ms_extensions} ${includes}
              -MD -MF "${object}.d" -MT "${object}" -c "${source}" -o "${object}"
      DEPENDS "${source}"
      DEPFILE "${object}.d"
      COMMENT "BPF ${target}: ${stem}"
      COMMAND_EXPAND_LISTS VERBATIM)
    list(APPEND objects "${object}")
  endforeach()

  set(linked "${dir}/${arg_NAME}.linked.o")
  set(skeleton "${dir}/${arg_NAME}.skel.h")
  add_custom_command(
    OUTPUT "${linked}" COMMAND ${SCXX_BPFTOOL} gen object "${linked}" ${objects}
    DEPENDS ${objects} COMMENT "BPF ${target}: link" VERBATIM)
  # bpftool writes to stdout: through a temporary file, so that a failure leaves no half header.
  add_custom_command(
    OUTPUT "${skeleton}"
    COMMAND ${CMAKE_COMMAND} -DBPFTOOL=${SCXX_BPFTOOL} -DOBJECT=${linked} -DNAME=${arg_NAME}_bpf
            -DOUT=${skeleton} -P "${_scxx_module_dir}/ScxxSkeleton.cmake"
    DEPENDS "${linked}" "${_scxx_module_dir}/ScxxSkeleton.cmake"
    COMMENT "BPF ${target}: skeleton" VERBATIM)
  add_custom_target(${target}_skeleton DEPENDS "${skeleton}")
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_skeleton)
  target_include_directories(${target} SYSTEM INTERFACE "${dir}")
  # For the scheduler's own report (--report).
  target_compile_definitions(${target} INTERFACE SCXX_BPF_CLANG="${SCXX_CLANG_VERSION}")
  target_link_libraries(${target} INTERFACE scxx::bpf_headers)
endfunction()

# scxx_add_simulated(TARGET NAME name BPF a.bpf.c… [INCLUDES dir…] [COUNTED]): the BPF sources compiled
# natively, a shared object <name>.sim.so that the simulator loads; with COUNTED one that counts the
# basic blocks that it passes. Not in `all`.
function(scxx_add_simulated target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COUNTED" "NAME" "BPF;INCLUDES")
  set(sim_dir "${SCXX_BPF_DIR}/../sim/bpf")
  cmake_path(NORMAL_PATH sim_dir)
  add_library(${target} MODULE EXCLUDE_FROM_ALL ${arg_BPF} "${sim_dir}/calls.c")
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${arg_NAME}.sim SUFFIX .so
                        C_STANDARD 17 C_EXTENSIONS ON)
  # the simulator's form of a header comes before the BPF one
  target_include_directories(${target} PRIVATE
    "${CMAKE_CURRENT_SOURCE_DIR}" ${arg_INCLUDES} "${sim_dir}" "${SCXX_BPF_DIR}")
  # Arguments come as words and become whatever the callback declares; programs beside the ops are
  # compiled and not used.
  target_compile_options(${target} PRIVATE
    -fno-strict-aliasing -Wall -Wno-pragmas -Wno-int-conversion -Wno-unused-function -Wno-attributes
    $<$<BOOL:${SCXX_WERROR}>:-Werror>)
  target_link_options(${target} PRIVATE LINKER:-Bsymbolic LINKER:-z,defs)
  if(arg_COUNTED)
    target_sources(${target} PRIVATE "${sim_dir}/count_blocks.c")
    target_compile_options(${target} PRIVATE -fsanitize-coverage=trace-pc)
  endif()
  if(SCXX_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SCXX_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${SCXX_SANITIZE})
  endif()
endfunction()

function(scxx_add_scheduler name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "BPF;SOURCES;INCLUDES")
  if(NOT arg_BPF OR NOT arg_SOURCES)
    message(FATAL_ERROR "scxx_add_scheduler(${name} …): BPF and SOURCES are both needed")
  endif()
  string(REGEX REPLACE "^scx_" "" short "${name}")
  scxx_add_bpf(${name}_bpf NAME ${short} BPF ${arg_BPF} INCLUDES ${arg_INCLUDES})
  add_executable(${name} ${arg_SOURCES})
  add_dependencies(${name} ${name}_bpf_skeleton)
  target_include_directories(${name} PRIVATE ${arg_INCLUDES})
  target_link_libraries(${name} PRIVATE ${name}_bpf scxx::framework)
  if(CMAKE_C_COMPILER)
    scxx_add_simulated(${name}_sim NAME ${short} BPF ${arg_BPF} INCLUDES ${arg_INCLUDES})
    scxx_add_simulated(${name}_sim_counted NAME ${short}.counted BPF ${arg_BPF}
                       INCLUDES ${arg_INCLUDES} COUNTED)
  endif()
endfunction()
