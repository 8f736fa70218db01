GRANT ALL PRIVILEGES ON *.* TO longwire@'%';
