# What ThreadSanitizer looks at: the tests in which threads meet, in a program of their own, so that
# nothing else need be built with it. A file that starts a thread, or tests one that does, is named here.
set(THREAD_STARTERS ledger/base/in_order.h ledger/verify/verify.cc adapters/inbox/inbox.cc adapters/inbox/inbox.h)
set(THREAD_TESTS
  ledger/event_store_test.cc ledger/evidence_store_test.cc ledger/group_commit_test.cc
  ledger/ledger_copy_test.cc ledger/memory_event_store_test.cc ledger/reader_race_test.cc
  ledger/rocks_event_store_test.cc ledger/search_index_test.cc ledger/verify_test.cc
  adapters/inbox_test.cc adapters/oci_cli_launcher_test.cc adapters/oci_cli_test.cc
  adapters/sim_cloud_test.cc adapters/sim_http_server_test.cc
  cli/signals_test.cc)

function(migledger_find_threads KNOWN WHERE)
  file(GLOB_RECURSE sources RELATIVE ${WHERE} CONFIGURE_DEPENDS ${ARGN})
  foreach(source ${sources})
    file(STRINGS ${WHERE}/${source} starts LIMIT_COUNT 1
      REGEX "std::j?thread[ ({>]|std::async|pthread_create")
    if(starts AND NOT source IN_LIST ${KNOWN})
      message(FATAL_ERROR "${WHERE}/${source} starts a thread: name it, and its test, in ${CMAKE_CURRENT_LIST_FILE}")
    endif()
  endforeach()
endfunction()
migledger_find_threads(THREAD_STARTERS ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/ledger/*.h
  ${PROJECT_SOURCE_DIR}/ledger/*.cc ${PROJECT_SOURCE_DIR}/workflow/*.h ${PROJECT_SOURCE_DIR}/workflow/*.cc
  ${PROJECT_SOURCE_DIR}/adapters/*.h ${PROJECT_SOURCE_DIR}/adapters/*.cc ${PROJECT_SOURCE_DIR}/cli/*.h
  ${PROJECT_SOURCE_DIR}/cli/*.cc)
migledger_find_threads(THREAD_TESTS ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)

if(MIGLEDGER_SANITIZE STREQUAL "thread")
  add_executable(threads_tests ${THREAD_TESTS} ${PROJECT_SOURCE_DIR}/cli/session/signals.cc)
  target_link_libraries(threads_tests PRIVATE migledger_test_support)
  migledger_test_cases(threads_tests threads threads ${PATIENCE})
endif()
