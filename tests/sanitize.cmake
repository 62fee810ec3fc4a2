# How the builds of MIGLEDGER_SANITIZE are made. Whatever they find ends the program.
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -gline-tables-only")
add_compile_options(-fno-omit-frame-pointer)
# A precompiled header stays good when a checkout gives its headers another time.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")

if(MIGLEDGER_SANITIZE STREQUAL "address")
  # Left out: what Clang 14 cannot do in coroutines (function), and what AddressSanitizer finds as
  # well (null, object-size) or the code does not do (vptr), for they double the time to compile.
  set(SANITIZE -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all
    -fno-sanitize=function,null,object-size,vptr)
  add_compile_options(${SANITIZE} -fsanitize=fuzzer-no-link)
  add_link_options(${SANITIZE})
elseif(MIGLEDGER_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
  # What a shared library does that was not built for it is passed over (.ci/sanitize).
  set(ROCKSDB RocksDB::rocksdb-shared)
else()
  message(FATAL_ERROR "MIGLEDGER_SANITIZE=${MIGLEDGER_SANITIZE}: it is address or thread")
endif()
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "MIGLEDGER_SANITIZE needs -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++")
endif()
