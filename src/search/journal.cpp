#include "search/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/strict_json.h"
#include "core/write_all.h"

namespace cellwise::search {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double seconds_between_flushes = 1;

[[noreturn]] void fail(const std::filesystem::path& path, int code) {
    throw EnvironmentError(fmt::format("cannot write '{}': {}", path.string(), std::strerror(code)));
}

ordered_json number_json(double value) {
    constexpr double largest = 9e15;
    if (!std::isfinite(value)) return nullptr;
    if (value == std::floor(value) && std::abs(value) < largest) return static_cast<std::int64_t>(value);
    return value;
}

std::string text_of(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer()) return fmt::format("{}", value.get<std::int64_t>());
    if (value.is_number_float()) return fmt::format("{}", value.get<double>());
    throw DataError("a value is neither a text nor a number");
}

double finite_or_nan(const json& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Trial read_trial(const json& line, const Space& space) {
    Trial trial;
    trial.number = line.at("number").get<std::int64_t>();
    if (trial.number < 0) throw DataError("its number is below 0");
    Values values;
    for (const auto& [name, value] : line.at("values").items()) values.emplace_back(name, text_of(value));
    trial.point = space.point(values);
    const auto state = parse_state(line.at("state").get<std::string>());
    if (!state) throw DataError(fmt::format("there is no state '{}'", line.at("state").get<std::string>()));
    trial.state = *state;
    const auto& objective = line.at("objective");
    if (!objective.is_null()) trial.objective = objective.get<double>();
    if (trial.objective.has_value() != (*state == TrialState::complete)) {
        throw DataError("a complete trial has an objective, and no other has");
    }
    for (const auto& pair : line.at("intermediates")) {
        trial.intermediates.push_back({pair.at(0).get<std::int64_t>(), finite_or_nan(pair.at(1))});
    }
    trial.seconds = line.at("seconds").get<double>();
    trial.message = line.at("message").get<std::string>();
    return trial;
}

}  // namespace

ordered_json values_json(const Space& space, const Point& point) {
    auto values = ordered_json::object();
    for (std::size_t i = 0; i < space.size(); ++i) {
        if (!is_active(point[i])) continue;
        const auto& parameter = space[i];
        const bool is_text = parameter.kind == Parameter::Kind::choice && !parameter.ordered;
        const auto text = parameter.text(point[i]);
        values[parameter.name] = is_text ? ordered_json(text) : number_json(std::stod(text));
    }
    return values;
}

ordered_json trial_json(const Space& space, const Trial& trial) {
    auto intermediates = ordered_json::array();
    for (const auto& [step, value] : trial.intermediates) {
        intermediates.push_back(ordered_json::array({step, number_json(value)}));
    }
    return {{"number", trial.number},
            {"values", values_json(space, trial.point)},
            {"state", state_name(trial.state)},
            {"objective", trial.objective ? ordered_json(*trial.objective) : ordered_json(nullptr)},
            {"intermediates", std::move(intermediates)},
            {"seconds", trial.seconds},
            {"message", trial.message}};
}

Trial trial_of(const json& line, const Space& space, std::string_view where) {
    try {
        return read_trial(line, space);
    } catch (const json::exception&) {
        throw DataError(
            fmt::format("{}: it does not have what a trial has: number, values, state, objective, "
                        "intermediates, seconds, message",
                        where));
    } catch (const DataError& error) {
        throw DataError(fmt::format("{}: {}", where, error.what()));
    }
}

Journal::Journal(std::filesystem::path path, const Space& space) : path_(std::move(path)), space_(space) {
    std::error_code unreadable;  // read_file says why
    if (std::filesystem::exists(path_, unreadable) || unreadable) read(read_file(path_));
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail(path_, errno);
    if (was_torn_ && ::ftruncate(descriptor_, size_) != 0) fail(path_, errno);
}

Journal::~Journal() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void Journal::read(std::string_view bytes) {
    std::set<std::int64_t> numbers;
    for (std::size_t line = 1; !bytes.empty(); ++line) {
        const auto end = bytes.find('\n');
        const bool is_last = end == std::string_view::npos || end + 1 == bytes.size();
        const auto where = fmt::format("'{}', line {}", path_.string(), line);
        json parsed;
        try {
            if (end == std::string_view::npos) throw DataError(fmt::format("{}: it is cut off", where));
            parsed = parse_strict_json(bytes.substr(0, end), where);
        } catch (const DataError&) {
            if (!is_last) throw;
            was_torn_ = true;
            break;
        }
        auto trial = trial_of(parsed, space_, where);
        if (!numbers.insert(trial.number).second) {
            throw DataError(fmt::format("{}: trial {} stands there a second time", where, trial.number));
        }
        trials_.push_back(std::move(trial));
        bytes.remove_prefix(end + 1);
        size_ += static_cast<std::int64_t>(end) + 1;
    }
    std::sort(trials_.begin(), trials_.end(),
              [](const Trial& one, const Trial& other) { return one.number < other.number; });
}

void Journal::append(const Trial& trial) {
    const auto line = json_text(trial_json(space_, trial)) + '\n';
    if (const int code = write_all(descriptor_, line); code != 0) {
        if (::ftruncate(descriptor_, size_) != 0) fail(path_, errno);
        fail(path_, code);
    }
    size_ += static_cast<std::int64_t>(line.size());
    if (since_flush_.seconds() > seconds_between_flushes) flush();
}

void Journal::flush() {
    // A file system that cannot says EINVAL; then there is nothing to wait for.
    if (::fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) fail(path_, errno);
    since_flush_ = Stopwatch();
}

}  // namespace cellwise::search
