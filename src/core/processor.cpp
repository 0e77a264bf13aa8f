#include "core/processor.h"

#include <fstream>
#include <thread>

namespace cellwise {

std::string processor_name() {
    std::ifstream lines("/proc/cpuinfo");
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown processor";
}

std::string processor_with_count() {
    return processor_name() + " (" + std::to_string(std::thread::hardware_concurrency()) + " processors)";
}

}  // namespace cellwise
