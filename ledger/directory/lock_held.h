// Whether RocksDB could not open a database because somebody else has it open.
#pragma once

namespace rocksdb {
class Status;
}

namespace migledger::ledger {

// Whether another opening of the database holds its lock; not when the lock could not be asked for.
bool is_locked(const rocksdb::Status& status);

}  // namespace migledger::ledger
