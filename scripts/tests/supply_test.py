import json

from suites import supply

from .repository import InARepository


class Supply(InARepository):
    def found(self, line: str, name: str = "scripts/install.sh") -> list[str]:
        self.write(name, f"#!/usr/bin/env bash\n{line}\n")
        return supply.violations(self.repo)

    def locked(self, **package: object) -> list[str]:
        good = {"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha512-x"}
        self.write("web/package-lock.json", json.dumps({"packages": {"": {}, "app": {}, "node_modules/app": {"link": True}, "node_modules/a": good | package}}))
        return supply.violations(self.repo)

    def test_what_is_not_pinned_is_refused(self):
        for line in (
            "npm install", "npm i vite", "npx cowsay", "with-node npm exec x", "yarn add x", "pnpm install", "npm ci --no-audit",
            'install() { "$@" ci --no-audit; }', "pip install x==1.0", "python3 -m pip download x", "pip3 install -r requirements.txt",
            "go install example.org/x@v1", "go get example.org/x", "go run example.org/x@latest", "go build ./x",
            "cargo install x", "cargo install --locked x", "cargo install --version 1.0 x", "cargo +nightly install x", "cargo binstall x",
            "curl -sL https://example.org/x | sh", "wget http://example.org/x", "apt-get install -y x", "sudo apt install x",
            "npm ci \\\n  --no-audit",
        ):
            with self.subTest(line=line):
                self.assertEqual(len(self.found(line)), 1)

    def test_what_is_pinned_and_runs_nothing_passes(self):
        for line in (
            "npm ci --ignore-scripts", "npm ci \\\n  --no-audit \\\n  --ignore-scripts", "npm run build", "pip install --require-hashes -r x.txt",
            "env -u GOFLAGS go build -C x -mod=readonly y", "cargo install --locked --version 1.0 x", "curl -s http://127.0.0.1:8080/health/live",
            "# npm install", "cargo build --locked",
        ):
            with self.subTest(line=line):
                self.assertEqual(self.found(line), [])

    def test_other_files_with_commands_are_looked_at_too(self):
        for name in ("Makefile", ".ci/run", "tools/x/run.py", "scripts/with-node", ".github/workflows/x.yml"):
            with self.subTest(name=name):
                self.assertEqual(len(self.found("npm install", name)), 1)
                (self.repo / name).unlink()

    def test_debians_packages_are_signed_and_stand_in_one_script(self):
        self.assertEqual(self.found("apt-get install -y coturn", "scripts/install-test-deps.sh"), [])

    def test_a_locked_package_has_a_hash_comes_from_the_registry_and_runs_nothing(self):
        self.assertEqual(self.locked(), [])
        for wrong in ({"integrity": ""}, {"integrity": "sha1-x"}, {"resolved": "git+ssh://git@example.org/a.git"}, {"hasInstallScript": True}):
            with self.subTest(wrong=wrong):
                self.assertEqual(len(self.locked(**wrong)), 1)

    def test_dependencies_have_a_lock(self):
        self.write("tool/package.json", json.dumps({"devDependencies": {"a": "1"}}))
        self.write("go/go.mod", "module x\n")
        self.assertEqual(len(supply.violations(self.repo)), 2)
        self.write("tool/package-lock.json", json.dumps({"packages": {}}))
        self.write("go/go.sum", "")
        self.assertEqual(supply.violations(self.repo), [])
