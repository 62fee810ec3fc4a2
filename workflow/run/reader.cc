#include "workflow/run/reader.h"

#include <boost/json.hpp>

#include "workflow/cloud/json.h"

namespace migledger::workflow {

namespace {

// Of text. Longer lists are not kept: they would be most of what the executor holds in memory.
constexpr std::size_t kMostKept = 1 << 20;

std::string key_of(const Request& request) {
  std::string key = request.region;
  for (const std::string_view part :
       {name_of(request.service), std::string_view(request.method), std::string_view(request.path),
        std::string_view(request.query), std::string_view(request.body)})
    key.append("\n").append(part);
  return key;
}

// Object listings page by name instead of by header.
std::string next_start(const Reply& reply, const Request& request) {
  if (request.service != Service::object_storage || !request.path.ends_with("/o")) return {};
  const auto value = parse_json(reply.body);
  return value ? std::string(text(&*value, "nextStartWith")) : std::string();
}

std::string with_parameter(std::string query, std::string_view name, std::string_view value) {
  const std::string prefix = std::string(name) + "=";
  for (std::size_t at = 0; at < query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    if (query.compare(at, prefix.size(), prefix) == 0) {
      query.erase(at, end - at + (end < query.size() ? 1 : 0));
    } else {
      at = end + 1;
    }
  }
  if (!query.empty() && query.back() != '&') query += '&';
  return query + prefix + percent_encode(value);
}

}  // namespace

void Reader::read(Request request, Done done, Time since, Time due, Extent extent) {
  std::string key = key_of(request);
  if (extent == Extent::page) key += "\npage";
  auto& joined = joinable_[key];
  if (!joined) {
    if (const auto kept = kept_.find(key); kept != kept_.end() && kept->second.started >= since) {
      joinable_.erase(key);
      const Answer answer = kept->second.answer;
      done(answer);
      return;
    }
    if (const auto left = started_.find(key);
        left != started_.end() && left->second->started >= since) {
      joinable_.erase(key);
      left->second->done.push_back(std::move(done));
      return;
    }
    joined = std::make_shared<Read>();
    joined->request = std::move(request);
    joined->key = std::move(key);
    joined->extent = extent;
    held_.emplace(due, joined);
  }
  joined->done.push_back(std::move(done));
}

void Reader::leave(const std::shared_ptr<Read>& read, Time now) {
  joinable_.erase(read->key);
  read->started = now;
  started_[read->key] = read;
}

void Reader::pump(Time now) {
  std::erase_if(kept_, [&](const auto& kept) { return kept.second.started + kKept < now; });
  for (; next_due() <= now && !held_.empty(); held_.erase(held_.begin()))
    waiting_.push_back(std::move(held_.begin()->second));
  while (!waiting_.empty() && cloud_.capacity() > 0) {
    auto read = std::move(waiting_.front());
    waiting_.pop_front();
    if (read->pages.empty()) leave(read, now);
    const CallId call = ++next_call_;
    ++calls_;
    Request request = read->request;
    under_way_[call] = std::move(read);
    cloud_.start(call, std::move(request));
  }
}

bool Reader::complete(CallId call, Reply reply) {
  const auto it = under_way_.find(call);
  if (it == under_way_.end()) return false;
  const auto read = std::move(it->second);
  under_way_.erase(it);
  if (!read) return true;
  if (reply.ok() && read->extent == Extent::all) {
    const std::string page(reply.next_page());
    const std::string start = next_start(reply, read->request);
    if (!page.empty() || !start.empty()) {
      read->pages.push_back(std::move(reply.body));
      read->request.query = page.empty() ? with_parameter(read->request.query, "start", start)
                                         : with_parameter(read->request.query, "page", page);
      waiting_.push_front(read);
      return true;
    }
  }
  finish(*read, std::move(reply));
  return true;
}

void Reader::finish(Read& read, Reply reply) {
  // A list counts only with all its pages: the error of one is the answer of the whole.
  std::size_t size = reply.body.size();
  for (const auto& page : read.pages) size += page.size();
  Answer answer;
  if (read.extent == Extent::all) {
    answer = Answer::of(std::move(reply), std::move(read.pages));
  } else {
    answer.reply = std::move(reply);
  }
  // Each reader keeps a copy of the answer. Of what many share, the parsed form is enough.
  if (read.done.size() > 1 && answer.json) answer.reply.body = {};
  if (const auto it = started_.find(read.key); it != started_.end() && it->second.get() == &read) {
    started_.erase(it);
    if (answer.list && size <= kMostKept) {
      Kept& kept = kept_[read.key] = {answer, read.started};
      kept.answer.reply.body = {};
    }
  }
  for (const auto& done : read.done) done(answer);
}

void Reader::drop() {
  held_.clear();
  waiting_.clear();
  joinable_.clear();
  started_.clear();
  kept_.clear();
  for (auto& [call, read] : under_way_) read = nullptr;
}

}  // namespace migledger::workflow
