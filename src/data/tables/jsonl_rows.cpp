#include "data/tables/jsonl_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace cellwise::tables {
namespace {

constexpr std::size_t longest_line = std::size_t{16} << 20;

struct Member {
    std::string name;
    std::optional<std::string> value;
};

/// Collects an object of plain values; says what is wrong with another document.
class ObjectReader : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit ObjectReader(std::vector<Member>& members) : members_(members) {}
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

    bool null() override { return put(std::nullopt); }
    bool boolean(bool value) override { return put(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return put(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return put(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return put(text); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return refuse("a binary value"); }
    bool start_object(std::size_t) override {
        if (!is_open_) {
            is_open_ = true;
            return true;
        }
        return refuse(fmt::format("'{}' holds an object; a cell is a number, a text, true, false or null", name_));
    }
    bool key(string_t& name) override {
        name_ = std::move(name);
        return true;
    }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override {
        if (!is_open_) return refuse("the line holds no JSON object");
        return refuse(fmt::format("'{}' holds a list; a cell is a number, a text, true, false or null", name_));
    }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        return refuse(fmt::format("the line is no JSON: character {} is not expected", position));
    }

private:
    bool put(std::optional<std::string> value) {
        if (!is_open_) return refuse("the line holds no JSON object");
        members_.push_back({name_, std::move(value)});
        return true;
    }
    bool refuse(std::string what) {
        wrong_ = std::move(what);
        return false;
    }

    std::vector<Member>& members_;
    std::string name_, wrong_;
    bool is_open_ = false;
};

/// Calls use(place, members) for each line that is not empty, until it returns false. Throws RowFault.
std::size_t for_each_object(std::string_view text, const std::function<bool(std::size_t, std::vector<Member>&)>& use) {
    std::vector<Member> members;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
            if (line.size() > longest_line) throw RowFault{at, "the line is longer than 16 MiB"};
            members.clear();
            ObjectReader reader(members);
            if (!nlohmann::json::sax_parse(line, &reader)) throw RowFault{at, reader.wrong()};
            if (!use(at, members)) return std::min(end + 1, text.size());
        }
        at = end + 1;
    }
    return text.size();
}

using NameIndex = std::map<std::string, std::size_t, std::less<>>;

}  // namespace

JsonlRows::JsonlRows(std::string_view text, std::vector<std::string> missing_values)
    : text_(text), missing_values_(std::move(missing_values)) {
    NameIndex known;
    std::vector<std::size_t> last_line;
    for_each_object(text_, [&](std::size_t place, std::vector<Member>& members) {
        for (auto& member : members) {
            const auto [entry, is_new] = known.emplace(member.name, names_.size());
            if (is_new) {
                names_.push_back(member.name);
                last_line.push_back(place);
            } else if (std::exchange(last_line[entry->second], place) == place) {
                throw RowFault{place, fmt::format("the member '{}' stands there twice", member.name)};
            }
        }
        return true;
    });
}

RowChunk JsonlRows::read(std::size_t, std::span<const CellUse> uses) const {
    return sample(std::numeric_limits<std::int64_t>::max(), uses);
}

RowChunk JsonlRows::sample(std::int64_t rows, std::span<const CellUse> uses) const {
    RowChunk chunk;
    for (const auto use : uses) chunk.pieces.emplace_back(use);
    NameIndex index;
    for (std::size_t i = 0; i < names_.size(); ++i) index.emplace(names_[i], i);
    std::vector<std::int64_t> rows_of(names_.size(), 0);
    const auto fill = [&](std::size_t column, std::int64_t until) {
        for (; rows_of[column] < until; ++rows_of[column]) chunk.pieces[column].add_missing();
    };
    try {
        chunk.end = for_each_object(text_, [&](std::size_t place, std::vector<Member>& members) {
            for (auto& member : members) {
                const std::size_t column = index.find(member.name)->second;
                if (!member.value) continue;
                fill(column, chunk.rows);
                chunk.pieces[column].add(*member.value, place, missing_values_);
                ++rows_of[column];
            }
            return ++chunk.rows < rows;
        });
    } catch (RowFault& fault) {
        chunk.fault = std::move(fault);
    }
    for (std::size_t i = 0; i < names_.size(); ++i) fill(i, chunk.rows);
    for (auto& piece : chunk.pieces) piece.finish();
    return chunk;
}

std::size_t JsonlRows::line_of(std::size_t place) const {
    return static_cast<std::size_t>(std::ranges::count(text_.substr(0, place), '\n')) + 1;
}

}  // namespace cellwise::tables
