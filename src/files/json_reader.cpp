#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::files {
namespace {

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position_of(std::string_view text, std::size_t offset) {
  Position result;
  for (const char c : text.substr(0, std::min(offset, text.size()))) {
    if (c == '\n') {
      ++result.line;
      result.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // bytes inside a UTF-8 sequence are no columns
      ++result.column;
    }
  }
  return result;
}

[[noreturn]] void fail_at(std::string_view text, std::size_t offset, std::string_view reason) {
  const Position where = position_of(text, offset);
  throw FileError(fmt::format("JSON, line {}, column {}: {}", where.line, where.column, reason));
}

// The JSON library has no NaN and Infinity. They travel through it as texts that no file holds by chance.
constexpr std::string_view kMark("\\u0000\\u0001", 12);
constexpr std::string_view kMarkRead("\0\1", 2);
struct Token {
  std::string_view name;
  double value;
};
constexpr Token kTokens[] = {{"NaN", std::numeric_limits<double>::quiet_NaN()},
                             {"Infinity", std::numeric_limits<double>::infinity()},
                             {"-Infinity", -std::numeric_limits<double>::infinity()}};

// Text in which the tokens are marked, and the way back from its positions.
struct MarkedText {
  struct Change {
    std::size_t at;     // where the replacement ends in the new text
    std::size_t extra;  // how many bytes have been added up to there
  };
  std::string text;
  std::vector<Change> changes;

  std::size_t original(std::size_t offset) const {
    const auto next = std::upper_bound(changes.begin(), changes.end(), offset,
                                       [](std::size_t value, const Change& change) { return value < change.at; });
    return next == changes.begin() ? offset : offset - std::prev(next)->extra;
  }
};

// True, and `marked` filled, when there is a token outside of texts.
bool mark_tokens(std::string_view text, MarkedText& marked) {
  bool in_text = false;
  std::size_t copied = 0;
  std::size_t extra = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      else if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c != 'N' && c != 'I' && c != '-') continue;
    for (const Token& token : kTokens) {
      if (!text.substr(i).starts_with(token.name)) continue;
      marked.text.append(text.substr(copied, i - copied));
      marked.text += '"';
      marked.text.append(kMark).append(token.name);
      marked.text += '"';
      extra += kMark.size() + 2;
      copied = i + token.name.size();
      marked.changes.push_back({marked.text.size(), extra});
      i = copied - 1;
      break;
    }
  }
  if (marked.changes.empty()) return false;
  marked.text.append(text.substr(copied));
  return true;
}

// Receives the library's events and builds the tree. Open lists and dicts lie on `open_` until they are complete, so
// that no pointer into a growing vector is kept.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const MarkedText* marked, int max_depth)
      : text_(text), marked_(marked), max_depth_(max_depth) {}

  Config take() { return std::move(result_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw FileError(fmt::format("JSON: the integer {} does not fit into 64 bits.", value));
    }
    return add(static_cast<std::int64_t>(value));
  }
  bool number_float(double value, const std::string& digits) override {
    // An integer too long for 64 bits arrives here, too; passing it on would silently round it.
    if (digits.find_first_of(".eE") == std::string::npos) {
      throw FileError(fmt::format("JSON: the integer {} does not fit into 64 bits.", digits));
    }
    return add(value);
  }
  bool string(std::string& value) override {
    if (marked_ != nullptr && value.starts_with(kMarkRead)) {
      for (const Token& token : kTokens) {
        if (std::string_view(value).substr(kMarkRead.size()) == token.name) return add(token.value);
      }
    }
    return add(std::move(value));
  }
  bool binary(nlohmann::json::binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Config(Config::Dict{})); }
  bool start_array(std::size_t) override { return open(Config(Config::List{})); }
  bool key(std::string& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …": ours has the position.
    std::string_view reason = error.what();
    const std::size_t cut = reason.find(": ");
    if (reason.find("parse error at") != std::string_view::npos && cut != std::string_view::npos) {
      reason.remove_prefix(cut + 2);
    }
    const std::size_t offset = position > 0 ? position - 1 : 0;
    fail_at(text_, marked_ != nullptr ? marked_->original(offset) : offset, reason);
  }

 private:
  struct Open {
    Config::List items;
    Config::Dict entries;
    std::map<std::string, std::size_t> positions;  // of each key, so that large dicts with many keys stay fast
    bool is_dict = false;
    std::string key;
  };

  bool open(const Config& kind) {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      throw FileError(fmt::format("JSON: more than {} nested lists and dicts.", max_depth_));
    }
    open_.emplace_back().is_dict = kind.is_dict();
    return true;
  }

  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    return done.is_dict ? add(Config(std::move(done.entries))) : add(Config(std::move(done.items)));
  }

  bool add(Config value) {
    if (open_.empty()) {
      result_ = std::move(value);
      return true;
    }
    Open& parent = open_.back();
    if (!parent.is_dict) {
      parent.items.push_back(std::move(value));
      return true;
    }
    const auto [found, is_new] = parent.positions.try_emplace(parent.key, parent.entries.size());
    if (is_new) parent.entries.emplace_back(std::move(parent.key), std::move(value));
    else parent.entries[found->second].second = std::move(value);
    return true;
  }

  std::string_view text_;
  const MarkedText* marked_;
  int max_depth_;
  Config result_;
  std::vector<Open> open_;
};

}  // namespace

Config parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw FileError(fmt::format("JSON of {} bytes is longer than the limit of {}.", text.size(), limits.bytes));
  }
  MarkedText marked;
  const bool has_tokens = mark_tokens(text, marked);
  Builder builder(text, has_tokens ? &marked : nullptr, limits.depth);
  const std::string_view input = has_tokens ? std::string_view(marked.text) : text;
  nlohmann::json::sax_parse(input.begin(), input.end(), &builder);
  return builder.take();
}

}  // namespace wavetrain::files
