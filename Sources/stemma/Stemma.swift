import ArgumentParser
@main struct Stemma: AsyncParsableCommand {}
