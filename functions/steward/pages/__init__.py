"""The pages that people read: HTML with everything in it, made from documents and from nothing else.

Pure, as the domain is: no AWS, no clock, no network; only the templates beside the code are read. Nothing is
imported here, so that only who draws a page loads the template engine.
"""
