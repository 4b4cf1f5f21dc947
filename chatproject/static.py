"""Static files with their content's hash in their name, so that browsers may keep them for ever."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Rewrites the imports between our ES modules too; before `collectstatic` has run it gives the plain names."""

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        hashed: str = super().stored_name(name)
        return hashed
