# SPDX-License-Identifier: GPL-2.0-only
"""Which package a kernel series means, from package lists."""
import unittest
from unittest import mock

import support      # noqa: F401  (sets the path)
from lab import packages
from lab.errors import Unavailable

LIST = '''\
Package: linux-image-6.18.9+deb13-cloud-amd64
Version: 6.18.9-1~bpo13+1
Description: Linux 6.18 for x86-64 cloud
 a continuation: that looks like a field
Filename: pool/main/l/a.deb
Size: 49137464
SHA256: aa

Package: linux-image-6.18.15+deb13-cloud-amd64
Version: 6.18.15-1~bpo13+1
Filename: pool/main/l/b.deb
Size: 49146196
SHA256: bb

Package: linux-binary-7.2.12+deb13-cloud-amd64
Version: 7.2.12-1~bpo13+1
Filename: pool/main/l/c.deb
Size: 13389360
SHA256: cc

Package: linux-image-7.2.12+deb13-cloud-amd64
Version: 7.2.12-1~bpo13+1
Filename: pool/main/l/meta.deb
Size: 1924
SHA256: dd

Package: linux-base-7.2.12+deb13-cloud-amd64
Version: 7.2.12-1~bpo13+1
Filename: pool/main/l/base.deb
Size: 417436
SHA256: ee

Package: linux-image-7.2.12+deb13-cloud-amd64-dbg
Version: 7.2.12-1~bpo13+1
Filename: pool/main/l/dbg.deb
Size: 355786992
SHA256: ff

Package: linux-image-6.18.15+deb13-amd64
Version: 6.18.15-1~bpo13+1
Filename: pool/main/l/notcloud.deb
Size: 99146196
SHA256: 00

Package: zlib1g-dev
Version: 1:1.2
Filename: pool/main/z/z.deb
Size: 1
SHA256: 11
'''


def package(name, version, suite, size=13000000):
    return packages.Package(name, version, suite, 'http://mirror/x.deb', size, '')


class Versions(unittest.TestCase):
    def test_order_is_debians(self):
        rising = ['6.18.9-1~bpo13+1', '6.18.15-1~bpo13+1', '6.18.15-1', '7.0.10-1', '7.2.12-1~bpo13+1',
                  '7.2.12-1', '7.2.13-1', '7.3~rc7-1~exp1', '7.3~rc10-1~exp1', '7.3-1', '7.3.4-1',
                  '10.0-1', '1:1.0-1']
        for smaller, larger in zip(rising, rising[1:]):
            self.assertLess(packages.compare_versions(smaller, larger), 0, (smaller, larger))
            self.assertGreater(packages.compare_versions(larger, smaller), 0, (smaller, larger))
            self.assertEqual(packages.compare_versions(smaller, smaller), 0)

    def test_series_is_the_first_two_numbers(self):
        self.assertEqual(packages.series_of('7.3~rc7-1~exp1'), '7.3')
        self.assertEqual(packages.series_of('6.18.15-1~bpo13+1'), '6.18')
        self.assertEqual(packages.series_of('nonsense'), '')


class Lists(unittest.TestCase):
    def setUp(self):
        self.found = packages.parse_list(LIST, 'trixie-backports', 'http://mirror/debian')

    def test_only_cloud_kernels_and_their_configuration_are_read(self):
        self.assertEqual([p.url.rsplit('/')[-1] for p in self.found],
                         ['a.deb', 'b.deb', 'c.deb', 'meta.deb', 'base.deb'])
        self.assertEqual(self.found[0].url, 'http://mirror/debian/pool/main/l/a.deb')
        self.assertEqual(self.found[0].size, 49137464)

    def test_the_newest_of_a_series_comes_first(self):
        self.assertEqual([p.upstream for p in packages.candidates(self.found, '6.18')],
                         ['6.18.15', '6.18.9'])

    def test_meta_packages_and_configurations_are_no_images(self):
        self.assertEqual([p.name for p in packages.candidates(self.found, '7.2')],
                         ['linux-binary-7.2.12+deb13-cloud-amd64'])

    def test_an_image_finds_its_configuration(self):
        image, = packages.candidates(self.found, '7.2')
        self.assertEqual(packages.config_package(self.found, image).sha256, 'ee')
        older = packages.candidates(self.found, '6.18')[0]
        self.assertIsNone(packages.config_package(self.found, older))

    def test_series_that_have_images_are_known(self):
        self.assertEqual(packages.series(self.found), ['6.18', '7.2'])


class Candidates(unittest.TestCase):
    def test_a_newer_version_wins_whatever_its_suite(self):
        found = packages.candidates([
            package('linux-binary-7.2.12+deb13-cloud-amd64', '7.2.12-1~bpo13+1', 'trixie-backports'),
            package('linux-binary-7.2.13+deb14-cloud-amd64', '7.2.13-1', 'sid'),
            package('linux-binary-7.2.12+deb14-cloud-amd64', '7.2.12-1', 'testing')], '7.2')
        self.assertEqual([p.suite for p in found], ['sid', 'testing', 'trixie-backports'])

    def test_a_release_wins_over_its_candidates_even_unsigned(self):
        found = packages.candidates([
            package('linux-binary-7.3-cloud-amd64', '7.3~rc7-1~exp1', 'experimental'),
            package('linux-binary-unsigned-7.3.4+deb13-cloud-amd64', '7.3.4-1~bpo13+1',
                    'trixie-backports')], '7.3')
        self.assertEqual([p.upstream for p in found], ['7.3.4', '7.3~rc7'])

    def test_of_one_version_the_signed_package_is_taken(self):
        found = packages.candidates([
            package('linux-binary-unsigned-7.0.1+deb13-cloud-amd64', '7.0.1-1', 'sid'),
            package('linux-binary-7.0.1+deb13-cloud-amd64', '7.0.1-1', 'sid'),
            package('linux-image-7.0.1+deb13-cloud-amd64-unsigned', '7.0.1-1', 'sid')], '7.0')
        self.assertEqual([p.name for p in found], ['linux-binary-7.0.1+deb13-cloud-amd64'])

    def test_a_full_version_names_one_image(self):
        every = [package('linux-binary-7.0.1+deb13-cloud-amd64', '7.0.1-1', 'sid'),
                 package('linux-binary-7.0.13+deb13-cloud-amd64', '7.0.13-1', 'sid')]
        self.assertEqual([p.version for p in packages.candidates(every, '7.0.1')], ['7.0.1-1'])
        self.assertEqual(packages.candidates(every, '7.1'), [])
        self.assertEqual(packages.candidates(every, '7'), [])


class Mirror(unittest.TestCase):
    """mirror(), from what apt-get says of the machine's sources."""

    def mirror(self, targets, uris, codename='bookworm'):
        answers = {'indextargets': targets, 'update': uris}
        with mock.patch.object(packages, '_apt_get', lambda verb, *_: answers[verb]), \
                mock.patch.object(packages, 'debian_codename', lambda: codename):
            return packages.mirror()

    def test_what_apt_knows_to_be_debian_comes_first(self):
        self.assertEqual(self.mirror('http://a.example/debian\n', ''), 'http://a.example/debian')

    def test_others_that_serve_a_suite_of_that_name_are_not_debian(self):
        other = "'http://b.example/linux/dists/bookworm/InRelease' x 0\n"
        own = "'http://c.example/debian/dists/bookworm-updates/InRelease' y 0\n"
        self.assertEqual(self.mirror('', other + own), 'http://c.example/debian')
        with self.assertRaises(Unavailable):
            self.mirror('', other)

    def test_without_updates_a_path_that_ends_as_debians_will_do(self):
        uris = "'http://d.example/debian/dists/bookworm/InRelease' x 0\n"
        self.assertEqual(self.mirror('', uris), 'http://d.example/debian')

    def test_other_systems_and_discs_must_name_one(self):
        with self.assertRaisesRegex(Unavailable, 'SCXX_DEBIAN_MIRROR'):
            self.mirror('http://a.example/ubuntu\n', '', codename='')
        with self.assertRaises(Unavailable):
            self.mirror('cdrom://disc/debian\n', '')
        with mock.patch.dict(packages.os.environ, SCXX_DEBIAN_MIRROR='http://e.example/debian/'):
            self.assertEqual(self.mirror('', '', codename=''), 'http://e.example/debian')


if __name__ == '__main__':
    unittest.main()
