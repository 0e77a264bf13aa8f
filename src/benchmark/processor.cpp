#include "benchmark/processor.h"

#include <fstream>
#include <thread>

namespace cellwise::benchmark {

std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    std::string name = "unknown processor";
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            name = line.substr(colon + 2);
            break;
        }
    }
    return name + " (" + std::to_string(std::thread::hardware_concurrency()) + " processors)";
}

}  // namespace cellwise::benchmark
